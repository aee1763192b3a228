import type { Auditor } from './audit.ts'
import { type Checkpoint, openCheckpoint, signCheckpoint } from './checkpoint.ts'
import { type Cosigner, cosign, verifyCosignature } from './cosignature.ts'
import { encodeCosignature } from './cosignature-record.ts'
import { LedgerError, LedgerErrorCode } from './errors.ts'
import { type Fault, FaultClass } from './fault.ts'
import { hashOf, type LogHead } from './head.ts'
import { checkpointKey, cosignatureKey, tileKey } from './keys.ts'
import { KEPT_CHECKPOINTS, SUBTREE_EVENTS } from './limits.ts'
import type { Hash } from './merkle/hash.ts'
import { consistencyPlan, hashRange, verifyConsistency } from './merkle/proof.ts'
import { fullTiles, tileLevels } from './merkle/tile.ts'
import type { StoreOperation } from './store.ts'

/**
 * A record for the next group; a partial tile gives way to the full one that may have come
 * meanwhile.
 */
export interface NotaryRecord extends StoreOperation {
  readonly partialTile?: { readonly level: number; readonly index: number }
}

export interface NotaryInit {
  readonly origin: string
  readonly cosigner: Cosigner
  readonly auditor: Auditor
  /** Unix ms. */
  readonly clock: () => number
  /** Puts records into the store with the next group; resolves when they are durable. */
  readonly keep: (records: readonly NotaryRecord[], checkpointSize?: number) => Promise<void>
  readonly signed: Checkpoint | undefined
  /** Sizes of the checkpoints in the store, ascending. */
  readonly checkpointSizes: readonly number[]
  /** Subtrees of 1,024 events cosigned so far. */
  readonly cosigned: number
}

/** What the audit found instead of the log that was written. */
export class AuditFailure extends LedgerError {
  readonly fault: Fault

  constructor(fault: Fault) {
    const next = 'nothing is signed any more: verify the ledger, check the disk and memory'
    super(LedgerErrorCode.inconsistent, `event ${fault.seq}: ${fault.detail}; ${next}`)
    this.fault = fault
  }
}

/**
 * Signs what the auditor confirms: a cosignature for each 1,024 events and checkpoints on demand.
 * One thing at a time; the caller sees to that.
 */
export class Notary {
  readonly #init: NotaryInit
  readonly #checkpointSizes: number[]
  /** The last checkpoint that is durable. */
  #signed: Checkpoint | undefined
  #cosigned: number
  /** The cosignature under way, or the last one. */
  #cosigning: Promise<void> = Promise.resolve()

  constructor(init: NotaryInit) {
    this.#init = init
    this.#checkpointSizes = [...init.checkpointSizes]
    this.#signed = init.signed
    this.#cosigned = init.cosigned
  }

  /** Events audited. */
  get audited(): number {
    return this.#init.auditor.size
  }

  /** Audits up to `size` events, all durable, and cosigns every subtree that completes. */
  async advance(size: number): Promise<void> {
    await this.#cosignNext()
    const fault = await this.#init.auditor.advance(size, () => this.#cosignNext())
    if (fault !== undefined) throw new AuditFailure(fault)
    await this.#settleCosignature()
  }

  /** Signs the tree of `durable`, unless the last checkpoint already does. */
  async checkpoint(durable: LogHead): Promise<Checkpoint> {
    await this.advance(durable.size)
    const last = this.#signed
    if (last?.size === durable.size) return last
    const { auditor, origin, cosigner, clock } = this.#init
    const root = auditor.tree.root()
    if (auditor.head !== durable.leaf || root !== durable.root) {
      throw new AuditFailure(
        disagreement(durable.size, 'the tree read back is not the one written')
      )
    }
    await this.#assertExtends(last, durable.size, root)
    const timestamp = Math.max(Math.floor(clock() / 1000), last?.timestamp ?? 0)
    const head = { origin, size: durable.size, root }
    const checkpoint = await signCheckpoint(cosigner, head, timestamp).catch(failed)
    if (typeof openCheckpoint(checkpoint.note, origin, [cosigner]) === 'string')
      throw unverifiable()
    await this.#init.keep(this.#checkpointRecords(checkpoint), checkpoint.size)
    this.#signed = checkpoint
    return checkpoint
  }

  /**
   * Has the subtrees cosigned that are complete; the last signature may still be under way after.
   */
  async #cosignNext(): Promise<void> {
    while ((this.#cosigned + 1) * SUBTREE_EVENTS <= this.#init.auditor.size) {
      await this.#settleCosignature()
      const index = this.#cosigned++
      this.#cosigning = this.#cosign(index).catch((error: unknown) => {
        this.#cosigned = index
        throw error
      })
      // Whoever settles it sees the failure.
      this.#cosigning.catch(() => undefined)
    }
  }

  async #settleCosignature(): Promise<void> {
    const cosigning = this.#cosigning
    this.#cosigning = Promise.resolve()
    await cosigning
  }

  async #cosign(index: number): Promise<void> {
    const { auditor, origin, cosigner, keep } = this.#init
    const start = index * SUBTREE_EVENTS
    const range = { start, end: start + SUBTREE_EVENTS }
    const root = await hashRange(range, auditor.tiles)
    if (root === undefined) throw new AuditFailure(disagreement(start, 'tiles are missing'))
    const subtree = { origin, root, ...range, timestamp: 0 }
    const line = await cosign(cosigner, subtree).catch(failed)
    if (!verifyCosignature(cosigner, subtree, line.signature)) throw unverifiable()
    // Durable with the next group, whenever that is: it is made again if it gets lost.
    const record = { key: cosignatureKey(index), value: encodeCosignature(line) }
    keep([record]).catch(() => undefined)
  }

  /** Never sign a tree that is not consistent with the one signed last. */
  async #assertExtends(last: Checkpoint | undefined, size: number, root: Hash): Promise<void> {
    if (last === undefined || last.size === 0) return
    const path: Hash[] = []
    for (const range of consistencyPlan(last.size, size)) {
      const hash = await hashRange(range, this.#init.auditor.tiles)
      if (hash !== undefined) path.push(hash)
    }
    if (!verifyConsistency(last.size, size, hashOf(last.root), root, path)) {
      throw new AuditFailure(
        disagreement(last.size, 'the tree does not extend the last one signed')
      )
    }
  }

  #checkpointRecords({ size, note }: Checkpoint): NotaryRecord[] {
    const records: NotaryRecord[] = [{ key: checkpointKey(size), value: Buffer.from(note) }]
    for (let level = 0; level < tileLevels(size); level++) {
      const index = fullTiles(level, size)
      const tile = Buffer.from(this.#init.auditor.tree.edge(level))
      const record = { key: tileKey(level, index), value: tile, partialTile: { level, index } }
      if (tile.length > 0) records.push(record)
    }
    this.#checkpointSizes.push(size)
    if (this.#checkpointSizes.length > KEPT_CHECKPOINTS) {
      records.push({ key: checkpointKey(this.#checkpointSizes.shift()!) })
    }
    return records
  }
}

function disagreement(seq: number, detail: string): Fault {
  return { fault: FaultClass.historyForked, seq, count: 1, detail }
}

function failed(cause: unknown): never {
  throw new LedgerError(
    LedgerErrorCode.cosigner,
    'the cosigner failed: unlock the vault or restart it, then sign again',
    cause
  )
}

function unverifiable(): LedgerError {
  return new LedgerError(
    LedgerErrorCode.cosigner,
    "the cosigner's signature does not verify: check that its key and name are this ledger's"
  )
}
