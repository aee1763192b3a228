import { toBuffer } from '../bytes.ts'
import { LedgerError, LedgerErrorCode } from '../errors.ts'
import {
  ALL_BUNDLES,
  ALL_PARTIALS,
  bundleKey,
  cosignatureKey,
  type KeyRange,
  keyNumber,
  partialKey,
  partsFrom,
  tileKey,
  tilesOf
} from '../keys.ts'
import { BUNDLE_EVENTS, SUBTREE_EVENTS } from '../limits.ts'
import type { LedgerStore, StoreRecord } from '../store.ts'

/** Bundles of one cosigned subtree. */
export const CHUNK_BUNDLES: number = SUBTREE_EVENTS / BUNDLE_EVENTS

/** What the store holds of 1,024 aligned events. */
export interface Chunk {
  /** Entries of each bundle, as {@link readBundle} gives them. */
  readonly bundles: ReadonlyArray<Buffer | undefined>
  /** Tiles of level 0, leaf hashes of those bundles. */
  readonly tiles: ReadonlyArray<Buffer | undefined>
  readonly cosignature: Buffer | undefined
}

/**
 * Reads a store that may be damaged: a record that can't be read counts as absent. Only a closed
 * store makes it reject.
 */
export class Loader {
  readonly #store: LedgerStore

  constructor(store: LedgerStore) {
    this.#store = store
  }

  async get(key: Uint8Array): Promise<Buffer | undefined> {
    const value = await this.#store.get(key).catch(absent)
    return value === undefined ? undefined : toBuffer(value)
  }

  async getMany(keys: readonly Uint8Array[]): Promise<Array<Buffer | undefined>> {
    const values = await this.#store.getMany(keys).catch(absent)
    if (values === undefined) return Promise.all(keys.map(key => this.get(key)))
    return values.map(value => (value === undefined ? undefined : toBuffer(value)))
  }

  async range(
    range: KeyRange,
    limit: number,
    reverse?: boolean
  ): Promise<StoreRecord[] | undefined> {
    return this.#store.range(range, limit, reverse).catch(absent)
  }

  /** Chunk `index`, events `[1024·index, 1024·(index + 1))`. */
  async chunk(index: number): Promise<Chunk> {
    const first = index * CHUNK_BUNDLES
    const numbers = Array.from({ length: CHUNK_BUNDLES }, (_, i) => first + i)
    const keys = [
      ...numbers.map(bundleKey),
      ...numbers.map(n => tileKey(0, n)),
      cosignatureKey(index)
    ]
    const records = await this.getMany(keys)
    const bundles = await Promise.all(numbers.map((n, i) => records[i] ?? this.#partials(n)))
    const tiles = records.slice(CHUNK_BUNDLES, 2 * CHUNK_BUNDLES)
    return { bundles, tiles, cosignature: records[2 * CHUNK_BUNDLES] }
  }

  /** Entries of one bundle, full or partial. */
  async bundle(index: number): Promise<Buffer | undefined> {
    return (await this.get(bundleKey(index))) ?? this.#partials(index)
  }

  /**
   * First event at or after bundle `index` of which the store holds anything; Infinity if there is
   * none.
   */
  async nextEvent(index: number): Promise<number> {
    const bundle = await this.#first({ gte: bundleKey(index), lt: ALL_BUNDLES.lt })
    const partial = await this.#first({
      gte: partialKey(index * BUNDLE_EVENTS),
      lt: ALL_PARTIALS.lt
    })
    return Math.min(bundle * BUNDLE_EVENTS, partial)
  }

  /**
   * First bundle at or after `index` of which the store holds entries or leaf hashes; Infinity if
   * there is none.
   */
  async nextBundle(index: number): Promise<number> {
    const [tile] = (await this.range(tilesOf(0, index), 1)) ?? []
    const tiled = tile === undefined ? Infinity : toBuffer(tile[0]).readUInt32BE(2)
    return Math.min(Math.floor((await this.nextEvent(index)) / BUNDLE_EVENTS), tiled)
  }

  async #first(range: KeyRange): Promise<number> {
    const [record] = (await this.range(range, 1)) ?? []
    return record === undefined ? Infinity : (keyNumber(record[0]) ?? Infinity)
  }

  async #partials(index: number): Promise<Buffer | undefined> {
    const records = await this.range(partsFrom(index * BUNDLE_EVENTS), BUNDLE_EVENTS)
    if (records !== undefined) return concat(records.map(([, entries]) => entries))
    const seqs = Array.from({ length: BUNDLE_EVENTS }, (_, i) => index * BUNDLE_EVENTS + i)
    const groups = await this.getMany(seqs.map(partialKey))
    return concat(groups.filter(group => group !== undefined))
  }
}

function concat(groups: Uint8Array[]): Buffer | undefined {
  return groups.length === 0 ? undefined : Buffer.concat(groups)
}

function absent(error: unknown): undefined {
  if (error instanceof LedgerError && error.code !== LedgerErrorCode.closed) return undefined
  throw error
}
