import { readParts, readRest } from './bundle.ts'
import { toBuffer } from './bytes.ts'
import { Chain } from './chain.ts'
import { type Fault, FaultClass } from './fault.ts'
import { bundleKey, tileKey } from './keys.ts'
import { BUNDLE_EVENTS, SUBTREE_EVENTS } from './limits.ts'
import { HASH_BYTES, type Hash, hashAt } from './merkle/hash.ts'
import type { TileSource } from './merkle/proof.ts'
import { fullTiles, leavesPerHash, partialWidth, tileLevels } from './merkle/tile.ts'
import { Tree } from './merkle/tree.ts'
import type { LedgerStore } from './store.ts'

/** Bytes of entries to have in memory at a time, give or take a bundle. */
const READ_BYTES = 384 * 1024
const MAX_STRIDE: number = SUBTREE_EVENTS / BUNDLE_EVENTS

/**
 * Reads the log back from the store and re-hashes it. What gets signed comes from here, never from
 * the writer: a bit that flipped on the way down would otherwise be signed over.
 */
export class Auditor {
  readonly #store: LedgerStore
  readonly #chain: Chain
  readonly #tree: Tree
  readonly #filled: FilledTile[]
  /** Bundles to read at once: few if they are large. */
  #stride = 1

  private constructor(store: LedgerStore, chain: Chain, tree: Tree, filled: FilledTile[]) {
    this.#store = store
    this.#chain = chain
    this.#tree = tree
    this.#filled = filled
  }

  /**
   * An auditor that trusts the first `size` events and goes on from there.
   *
   * @returns undefined if the tiles of the right edge are not all there
   */
  static async at(store: LedgerStore, size: number): Promise<Auditor | undefined> {
    const edge = await readEdge(store, size)
    const filled: FilledTile[] = []
    const onTile = (level: number, index: number, tile: Buffer): void => {
      filled.push({ level, index, tile })
    }
    const tree = Tree.fromEdge(size, edge, { onTile })
    const chain = size === 0 ? new Chain() : await chainAt(store, size, edge[0])
    if (tree === undefined || chain === undefined) return undefined
    return new Auditor(store, chain, tree, filled)
  }

  /** Events audited. */
  get size(): number {
    return this.#chain.size
  }

  /** Leaf hash of the last one. */
  get head(): Hash {
    return this.#chain.head
  }

  /** The tree over them; it grows with the audit. */
  get tree(): Tree {
    return this.#tree
  }

  /** Tiles of the audited tree: the right edge from here, the rest from the store. */
  readonly tiles: TileSource = async (level, index) =>
    index === fullTiles(level, this.size)
      ? this.#tree.edge(level)
      : this.#store.get(tileKey(level, index))

  /**
   * Audits the stored events up to `size`; returns what is wrong, if anything is.
   *
   * @param onSubtree - awaited after each 1,024 aligned events
   */
  async advance(
    size: number,
    onSubtree: () => Promise<void> = async () => undefined
  ): Promise<Fault | undefined> {
    let loading = this.#load(this.size, size)
    while (this.size < size) {
      const loaded = await loading
      loading = this.#load(loaded.until, size)
      // Nobody waits for it if a fault ends the audit here.
      loading.catch(() => undefined)
      const fault = await this.#audit(loaded)
      if (fault !== undefined) return fault
      if (this.size % SUBTREE_EVENTS === 0) await onSubtree()
    }
    await loading
    return undefined
  }

  /** Reads some of the events from `from` on, not past the end of its subtree or `size`. */
  async #load(from: number, size: number): Promise<Loaded> {
    const first = Math.floor(from / BUNDLE_EVENTS)
    const subtreeEnd = (Math.floor(from / SUBTREE_EVENTS) + 1) * SUBTREE_EVENTS
    if (from % BUNDLE_EVENTS > 0) {
      const until = Math.min(size, (first + 1) * BUNDLE_EVENTS)
      const rest = from < size ? await readRest(this.#store, from) : undefined
      return { first, until, bundles: [rest], tiles: [] }
    }
    const until = Math.min(size, subtreeEnd, (first + this.#stride) * BUNDLE_EVENTS)
    const indexes: number[] = []
    for (let index = first; index * BUNDLE_EVENTS < until; index++) indexes.push(index)
    const keys = [...indexes.map(bundleKey), ...indexes.map(index => tileKey(0, index))]
    const records = from < until ? await this.#store.getMany(keys) : []
    const bundles = await Promise.all(
      indexes.map((index, i) => records[i] ?? readParts(this.#store, index * BUNDLE_EVENTS))
    )
    const longest = Math.max(1, ...bundles.map(bundle => bundle?.length ?? 0))
    this.#stride = Math.min(Math.max(1, Math.floor(READ_BYTES / longest)), MAX_STRIDE)
    return { first, until, bundles, tiles: records.slice(indexes.length) }
  }

  async #audit({ first, until, bundles, tiles }: Loaded): Promise<Fault | undefined> {
    for (const [i, bundle] of bundles.entries()) {
      const fault = this.#walk(bundle, Math.min(until, (first + i + 1) * BUNDLE_EVENTS))
      if (fault !== undefined) return fault
    }
    for (const { level, index, tile } of this.#filled.splice(0)) {
      const loaded = level === 0 ? tiles[index - first] : undefined
      const stored = loaded ?? (await this.#store.get(tileKey(level, index)))
      if (stored !== undefined && tile.equals(stored)) continue
      const seq = index * leavesPerHash(level + 1)
      return faultAt(
        FaultClass.indexDamaged,
        seq,
        `tile ${index} of level ${level} read back differs`
      )
    }
    return undefined
  }

  #walk(source: Uint8Array | undefined, until: number): Fault | undefined {
    const entries = toBuffer(source ?? new Uint8Array())
    for (let at = 0; this.size < until; ) {
      at = this.#chain.take(entries, at)
      if (at < 0) {
        const detail = 'the event read back does not continue the log'
        return faultAt(FaultClass.eventDamaged, this.size, detail)
      }
      this.#tree.append(this.#chain.head)
    }
    return undefined
  }
}

/**
 * What the store holds of the events up to `until`: the rest of bundle `first`, and those after it.
 */
interface Loaded {
  readonly first: number
  readonly until: number
  readonly bundles: ReadonlyArray<Uint8Array | undefined>
  readonly tiles: ReadonlyArray<Uint8Array | undefined>
}

interface FilledTile {
  readonly level: number
  readonly index: number
  readonly tile: Buffer
}

function faultAt(fault: FaultClass, seq: number, detail: string): Fault {
  return { fault, seq, count: 1, detail }
}

/** By level, the stored tile that holds the right edge of the tree of `size` leaves. */
async function readEdge(store: LedgerStore, size: number): Promise<Array<Uint8Array | undefined>> {
  const keys: Uint8Array[] = []
  for (let level = 0; level < tileLevels(size); level++) {
    keys.push(tileKey(level, fullTiles(level, size)))
  }
  return store.getMany(keys)
}

/** The chain after `size` events; its head is the last leaf hash in the tiles. */
async function chainAt(
  store: LedgerStore,
  size: number,
  edge: Uint8Array | undefined
): Promise<Chain | undefined> {
  const width = partialWidth(0, size)
  const tile = width > 0 ? edge : await store.get(tileKey(0, fullTiles(0, size) - 1))
  const at = ((width > 0 ? width : BUNDLE_EVENTS) - 1) * HASH_BYTES
  if (tile === undefined || tile.length < at + HASH_BYTES) return undefined
  return new Chain(size, hashAt(toBuffer(tile), at))
}
