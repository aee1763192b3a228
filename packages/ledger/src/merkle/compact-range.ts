import { EMPTY_ROOT, type Hash, nodeHash } from './hash.ts'

/**
 * Told of every perfect node as it completes: `index` counts the nodes of that height from the
 * left.
 */
export type NodeSink = (height: number, index: number, hash: Hash) => void

const ignore: NodeSink = () => undefined

/** Bit `height` of `size`: a perfect subtree of 2^height leaves stands on the right edge. */
export function hasNode(size: number, height: number): boolean {
  return Math.floor(size / 2 ** height) % 2 === 1
}

/** The right edge of a growing RFC 6962 tree: one hash for each bit set in its size. */
export class CompactRange {
  #size = 0
  /** By height; only the entries of bits set in `#size` mean something. */
  readonly #nodes: Hash[] = []

  get size(): number {
    return this.#size
  }

  /**
   * The range over `size` leaves with the hashes {@link nodes} gave, or undefined if their number
   * is wrong.
   */
  static of(size: number, nodes: readonly Hash[]): CompactRange | undefined {
    const range = new CompactRange()
    let taken = nodes.length
    for (let height = 0; 2 ** height <= size; height++) {
      range.#nodes.push(hasNode(size, height) ? (nodes[--taken] ?? EMPTY_ROOT) : EMPTY_ROOT)
    }
    range.#size = size
    return taken === 0 ? range : undefined
  }

  /** Adds a leaf hash; `sink` hears of the leaf and of every node it completes, lowest first. */
  append(leaf: Hash, sink: NodeSink = ignore): void {
    let hash = leaf
    let height = 0
    let index = this.#size++
    sink(0, index, hash)
    while (index % 2 === 1) {
      hash = nodeHash(this.#nodes[height]!, hash)
      index = (index - 1) / 2
      sink(++height, index, hash)
    }
    this.#nodes[height] = hash
  }

  /** The edge's hashes, largest subtree first. */
  nodes(): Hash[] {
    return this.#nodes.filter((_, height) => hasNode(this.#size, height)).reverse()
  }

  root(): Hash {
    return rootOfNodes(this.nodes())
  }
}

/** Root of the tree whose right edge is `nodes`, largest subtree first. */
export function rootOfNodes(nodes: readonly Hash[]): Hash {
  return nodes.length === 0 ? EMPTY_ROOT : nodes.reduceRight((right, left) => nodeHash(left, right))
}
