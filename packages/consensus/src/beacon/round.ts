import type { Outcome } from '../certificate/certificate.ts'
import { DIGEST_BYTES, type Digest, Writer } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { digestOf, Hashed } from '../certificate/statement.ts'

/** Length of a secret in bytes. */
export const SECRET_BYTES: number = DIGEST_BYTES

/** Why a step of the round is refused. */
export type BeaconFault =
  | 'not-member'
  | 'too-late'
  | 'too-early'
  | 'duplicate'
  | 'not-committed'
  | 'wrong-secret'
  | 'too-few-commitments'
  | 'too-few-reveals'

/** The epoch's public randomness. */
export interface Beacon {
  /** Seed of the next epoch and of its placement. */
  readonly seed: Digest
  /** Validators that revealed, ascending. */
  readonly revealed: readonly number[]
  /** Validators that committed and then kept silent, ascending: the only way to bias it. */
  readonly withheld: readonly number[]
}

/** What a validator commits to: nobody can take it over, or use it in another epoch. */
export function commitmentOf(epoch: Epoch, validator: number, secret: Uint8Array): Digest {
  const writer = new Writer().digest(epoch.id).u32(validator).blob(secret)
  return digestOf(Hashed.commitment, writer.finish())
}

/**
 * One commit–reveal round, folded from final events in their order: all commit, the round closes, all
 * reveal. Who signed an event is checked before it becomes one.
 */
export class BeaconRound {
  private readonly epoch: Epoch
  private readonly commitments = new Map<number, Digest>()
  private readonly secrets = new Map<number, Uint8Array>()
  private isClosed = false

  constructor(epoch: Epoch) {
    this.epoch = epoch
  }

  commit(validator: number, commitment: Digest): Outcome<null, BeaconFault> {
    if (this.isClosed) return refuse('too-late')
    if (this.epoch.powerAt(validator) === undefined) return refuse('not-member')
    if (this.commitments.has(validator)) return refuse('duplicate')
    this.commitments.set(validator, commitment)
    return DONE
  }

  /** Ends the commitments, once more than two thirds of the power gave one: before that none is shown. */
  close(): Outcome<null, BeaconFault> {
    if (this.isClosed) return refuse('too-late')
    if (!this.epoch.isQuorum(this.power(this.commitments.keys()))) {
      return refuse('too-few-commitments')
    }
    this.isClosed = true
    return DONE
  }

  reveal(validator: number, secret: Uint8Array): Outcome<null, BeaconFault> {
    if (!this.isClosed) return refuse('too-early')
    const commitment = this.commitments.get(validator)
    if (commitment === undefined) return refuse('not-committed')
    if (this.secrets.has(validator)) return refuse('duplicate')
    const isRight =
      secret.length === SECRET_BYTES && commitmentOf(this.epoch, validator, secret) === commitment
    if (!isRight) return refuse('wrong-secret')
    this.secrets.set(validator, secret.slice())
    return DONE
  }

  /** The randomness of all that was revealed: more than a third of the power, so an honest one's too. */
  result(): Outcome<Beacon, BeaconFault> {
    const { epoch } = this
    if (!this.isClosed) return refuse('too-early')
    const committed = [...this.commitments.keys()].sort((a, b) => a - b)
    const revealed = committed.filter(validator => this.secrets.has(validator))
    const withheld = committed.filter(validator => !this.secrets.has(validator))
    if (3 * this.power(revealed) <= epoch.totalPower) return refuse('too-few-reveals')
    const writer = new Writer().digest(epoch.id).digest(epoch.seed)
    writer.list(revealed, validator => writer.u32(validator).blob(this.secrets.get(validator)!))
    const seed = digestOf(Hashed.beacon, writer.finish())
    return { ok: true, value: { seed, revealed, withheld } }
  }

  private power(validators: Iterable<number>): number {
    let power = 0
    for (const validator of validators) power += this.epoch.powerAt(validator)!
    return power
  }
}

const DONE = { ok: true, value: null } as const

function refuse(fault: BeaconFault): { readonly ok: false; readonly fault: BeaconFault } {
  return { ok: false, fault }
}
