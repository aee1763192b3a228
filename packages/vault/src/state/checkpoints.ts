import { VaultError } from '../errors.ts'
import { ORIGINS_MAX } from '../limits.ts'

/** A log's head that was signed; the root as hexadecimal digits. */
export interface SignedHead {
  readonly origin: string
  readonly size: number
  readonly root: string
}

/** The largest head that one key signed for each log: a log never shrinks and never has two roots. */
export class CheckpointMarks {
  readonly #heads = new Map<string, SignedHead>()

  /** @throws VaultError `CHECKPOINT_CONFLICT`, `VAULT_FULL` */
  check({ origin, size, root }: SignedHead): void {
    const last = this.#heads.get(origin)
    if (last === undefined) {
      if (this.#heads.size < ORIGINS_MAX) return
      throw new VaultError('VAULT_FULL', `the key signs for ${ORIGINS_MAX} logs: create another`)
    }
    if (size > last.size || (size === last.size && root === last.root)) return
    const how = size === last.size ? 'with another root' : `after ${last.size} events`
    throw new VaultError(
      'CHECKPOINT_CONFLICT',
      `${size} events ${how} contradict what was signed for this log: verify the ledger before anything else`
    )
  }

  /** Keeps a head that {@link check} let through. */
  add(head: SignedHead): void {
    this.#heads.set(head.origin, head)
  }

  heads(): Iterable<SignedHead> {
    return this.#heads.values()
  }
}
