import { ENTRY_LENGTH_BYTES, entryAt, entryEnd, readBundle, skipEntries } from './bundle.ts'
import type { Checkpoint } from './checkpoint.ts'
import { LedgerError, LedgerErrorCode } from './errors.ts'
import { decodeEvent, type LedgerEvent } from './event.ts'
import { hashOf } from './head.ts'
import { tileKey } from './keys.ts'
import { BUNDLE_EVENTS } from './limits.ts'
import { HASH_BYTES, type Hash, hashToBytes, leafHash } from './merkle/hash.ts'
import {
  consistencyPlan,
  hashRange,
  inclusionPlan,
  type LeafRange,
  type TileSource,
  verifyInclusion
} from './merkle/proof.ts'
import { TILE_HASHES } from './merkle/tile.ts'
import { type ConsistencyProof, encodePath, type InclusionProof, PROOF_FORMAT } from './prove.ts'
import type { LedgerStore } from './store.ts'

/** How far a reader may read: events that are durable, and the checkpoint that proofs lead to. */
export interface ReadLimit {
  readonly size: number
  readonly signed: Checkpoint | undefined
}

export interface ReadOptions {
  /** First sequence number; default 0. */
  readonly from?: number
  /** Most events to return; default all there are when reading starts. */
  readonly limit?: number
}

/** Reads a log's events, proofs and C2SP resources from its store. */
export class LogReader {
  readonly #store: LedgerStore
  readonly #limit: () => ReadLimit

  constructor(store: LedgerStore, limit: () => ReadLimit) {
    this.#store = store
    this.#limit = limit
  }

  /**
   * Events in order, a bundle in memory at a time. Throws `LEDGER_UNREADABLE` where the store has
   * none.
   */
  async *read({ from = 0, limit = Infinity }: ReadOptions = {}): AsyncGenerator<LedgerEvent> {
    const end = Math.min(this.#limit().size, from + limit)
    let seq = from
    while (seq < end) {
      const entries = await readBundle(this.#store, Math.floor(seq / BUNDLE_EVENTS))
      const until = Math.min(end, (Math.floor(seq / BUNDLE_EVENTS) + 1) * BUNDLE_EVENTS)
      let at = entries === undefined ? -1 : skipEntries(entries, seq % BUNDLE_EVENTS)
      while (seq < until) {
        const next = entries === undefined ? -1 : entryEnd(entries, at)
        const event =
          next < 0 ? undefined : decodeEvent(entries!.subarray(at + ENTRY_LENGTH_BYTES, next))
        if (event?.seq !== seq) throw unreadable(seq)
        yield event
        at = next
        seq++
      }
    }
  }

  /** Proof that the last checkpoint's tree holds event `seq`. Rejects with `LEDGER_UNPROVEN`. */
  async prove(seq: number): Promise<InclusionProof> {
    const { signed } = this.#limit()
    if (signed === undefined || !Number.isInteger(seq) || seq < 0 || seq >= signed.size) {
      throw unproven(`event ${seq} is not under a checkpoint yet; sign one, then ask again`)
    }
    const entries = await readBundle(this.#store, Math.floor(seq / BUNDLE_EVENTS))
    const event = entries === undefined ? undefined : entryAt(entries, seq % BUNDLE_EVENTS)
    const path = await this.#hashes(inclusionPlan(seq, signed.size))
    if (event === undefined || path === undefined) {
      throw unproven(`the store lacks what proves event ${seq}; verify the ledger`)
    }
    if (!verifyInclusion(seq, signed.size, leafHash(event), path, hashOf(signed.root))) {
      throw unproven(`event ${seq} does not lead to the signed root; verify the ledger`)
    }
    return {
      format: PROOF_FORMAT,
      seq,
      event: event.toString('base64'),
      path: encodePath(path),
      checkpoint: signed.note
    }
  }

  /**
   * Proof that the tree of `from` events is a prefix of that of `to`, both under the last
   * checkpoint.
   */
  async consistency(from: number, to: number): Promise<ConsistencyProof> {
    const size = this.#limit().signed?.size ?? 0
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || from > to || to > size) {
      throw unproven(`sizes ${from} and ${to} are not in order within the ${size} events signed`)
    }
    const path = await this.#hashes(consistencyPlan(from, to))
    const roots = await this.#hashes([
      { start: 0, end: from },
      { start: 0, end: to }
    ])
    if (path === undefined || roots === undefined) {
      throw unproven(`the store lacks tiles up to ${to}; verify the ledger`)
    }
    const [fromRoot, toRoot] = roots.map(root => hashToBytes(root).toString('base64'))
    return { from, to, fromRoot: fromRoot!, toRoot: toRoot!, path: encodePath(path) }
  }

  /** The first `width` hashes of a tile as C2SP serves it, or undefined if the store has fewer. */
  async tile(
    level: number,
    index: number,
    width: number = TILE_HASHES
  ): Promise<Uint8Array | undefined> {
    const tile = await this.#tiles(level, index)
    return tile !== undefined && tile.length >= width * HASH_BYTES
      ? tile.subarray(0, width * HASH_BYTES)
      : undefined
  }

  /**
   * The first `width` entries of a bundle as C2SP serves it, or undefined if the store has fewer.
   */
  async entries(index: number, width: number = BUNDLE_EVENTS): Promise<Uint8Array | undefined> {
    const entries = await readBundle(this.#store, index)
    const end = entries === undefined ? -1 : skipEntries(entries, width)
    return end < 0 ? undefined : entries!.subarray(0, end)
  }

  readonly #tiles: TileSource = (level, index) => this.#store.get(tileKey(level, index))

  async #hashes(plan: readonly LeafRange[]): Promise<Hash[] | undefined> {
    const tiles = remember(this.#tiles)
    const hashes: Hash[] = []
    for (const range of plan) {
      const hash = await hashRange(range, tiles)
      if (hash === undefined) return undefined
      hashes.push(hash)
    }
    return hashes
  }
}

/** Reads each tile once. For one proof: what it remembers is never dropped. */
function remember(tiles: TileSource): TileSource {
  const known = new Map<string, ReturnType<TileSource>>()
  return (level, index) => {
    const name = `${level}/${index}`
    const tile = known.get(name) ?? tiles(level, index)
    known.set(name, tile)
    return tile
  }
}

function unproven(message: string): LedgerError {
  return new LedgerError(LedgerErrorCode.unproven, message)
}

function unreadable(seq: number): LedgerError {
  return new LedgerError(
    LedgerErrorCode.unreadable,
    `event ${seq} can't be read from the store; verify the ledger to learn what is wrong with it`
  )
}
