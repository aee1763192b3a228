import { CompactRange, type NodeSink } from './compact-range.ts'
import { HASH_BYTES, type Hash } from './hash.ts'
import {
  edgeNodes,
  partialWidth,
  TILE_BYTES,
  TILE_HASHES,
  TILE_HEIGHT,
  tileLevels
} from './tile.ts'

/** Receives a full tile; the buffer is the receiver's. */
export type TileSink = (level: number, index: number, tile: Buffer) => void

/** Who hears of a tree's growth. */
export interface TreeSinks {
  readonly onTile?: TileSink
  readonly onNode?: NodeSink
}

/** A growing RFC 6962 tree: its compact range and the partial tiles of its right edge. */
export class Tree {
  readonly #range: CompactRange
  readonly #edge: Buffer[]
  readonly #sinks: TreeSinks

  private constructor(range: CompactRange, edge: Buffer[], sinks: TreeSinks) {
    this.#range = range
    this.#edge = edge
    this.#sinks = sinks
  }

  static empty(sinks: TreeSinks = {}): Tree {
    return new Tree(new CompactRange(), [], sinks)
  }

  /**
   * The tree of `size` leaves from the tiles of its right edge.
   *
   * @param tiles - by level, each with at least the partial width of that level; an absent one
   *   counts as empty
   * @returns undefined if a tile is too short
   */
  static fromEdge(
    size: number,
    tiles: ReadonlyArray<Uint8Array | undefined>,
    sinks: TreeSinks = {}
  ): Tree | undefined {
    const edge: Buffer[] = []
    const nodes: Hash[] = []
    for (let level = 0; level < tileLevels(size); level++) {
      const width = partialWidth(level, size)
      const stored = tiles[level]
      if ((stored?.length ?? 0) < width * HASH_BYTES) return undefined
      const tile = Buffer.alloc(TILE_BYTES)
      if (stored !== undefined) tile.set(stored.subarray(0, width * HASH_BYTES))
      edge.push(tile)
      nodes.unshift(...edgeNodes(tile, width))
    }
    return new Tree(CompactRange.of(size, nodes)!, edge, sinks)
  }

  get size(): number {
    return this.#range.size
  }

  append(leaf: Hash): void {
    this.#range.append(leaf, this.#keep)
  }

  root(): Hash {
    return this.#range.root()
  }

  /** Hashes of the compact range, largest subtree first. */
  nodes(): Hash[] {
    return this.#range.nodes()
  }

  /**
   * The partial tile at `level`: empty if every tile there is full. Valid until the next append.
   */
  edge(level: number): Buffer {
    const width = partialWidth(level, this.size)
    return this.#edge[level]?.subarray(0, width * HASH_BYTES) ?? Buffer.alloc(0)
  }

  clone(sinks: TreeSinks = {}): Tree {
    return new Tree(
      CompactRange.of(this.size, this.nodes())!,
      this.#edge.map(tile => Buffer.from(tile)),
      sinks
    )
  }

  readonly #keep: NodeSink = (height, index, hash) => {
    this.#sinks.onNode?.(height, index, hash)
    if (height % TILE_HEIGHT !== 0) return
    const level = height / TILE_HEIGHT
    const position = index % TILE_HASHES
    const tile = this.#edge[level] ?? Buffer.alloc(TILE_BYTES)
    this.#edge[level] = tile
    tile.write(hash, position * HASH_BYTES, HASH_BYTES, 'latin1')
    if (position < TILE_HASHES - 1) return
    this.#edge[level] = Buffer.alloc(TILE_BYTES)
    this.#sinks.onTile?.(level, (index - position) / TILE_HASHES, tile)
  }
}
