import { mix } from '../engine/random.ts'

/**
 * Statements a node remembers. A ball has a few at a time, but liars fill it: nodes of a mesh that isn't
 * large remember more. A live one has room for 4,096.
 */
const RING = 128
const LARGE_RING = 1_024
const LARGE_RING_NODES = 2_048
const EMPTY = 0

/** Which statements each node has seen, by 32-bit names in a ring: each is taken in and passed on once. */
export class Seen {
  readonly names: Int32Array
  readonly next: Uint16Array
  readonly #ring: number

  /** @param totalNodes - of the mesh, of whom `nodes` are here */
  constructor(nodes: number, totalNodes: number) {
    this.#ring = totalNodes <= LARGE_RING_NODES ? LARGE_RING : RING
    this.names = new Int32Array(nodes * this.#ring)
    this.next = new Uint16Array(nodes)
  }

  /** Whether `local` sees the statement of these words for the first time; from now on it has. */
  first(local: number, statement: number, a: number, b: number): boolean {
    const name = mix(mix(mix(statement) ^ a) ^ b) | 1
    const ring = this.#ring
    const start = local * ring
    const { names } = this
    const next = this.next[local]!
    // From the latest back: copies follow each other closely, and nothing lies behind an empty place.
    for (let back = 1; back <= ring; back++) {
      const at = names[start + ((next - back + ring) % ring)]!
      if (at === name) return false
      if (at === EMPTY) break
    }
    names[start + next] = name
    this.next[local] = (next + 1) % ring
    return true
  }

  clear(local: number): void {
    this.names.fill(EMPTY, local * this.#ring, (local + 1) * this.#ring)
    this.next[local] = 0
  }
}
