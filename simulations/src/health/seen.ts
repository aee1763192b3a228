import { mix } from '../engine/random.ts'

/** Statements a node remembers; a live node has room for 4,096, a ball for a few at a time. */
const RING = 128
const EMPTY = 0

/** Which statements each node has seen, by 32-bit names in a ring: each is taken in and passed on once. */
export class Seen {
  readonly names: Int32Array
  readonly next: Uint8Array

  constructor(nodes: number) {
    this.names = new Int32Array(nodes * RING)
    this.next = new Uint8Array(nodes)
  }

  /** Whether `local` sees the statement of these words for the first time; from now on it has. */
  first(local: number, statement: number, a: number, b: number): boolean {
    const name = mix(mix(mix(statement) ^ a) ^ b) | 1
    const start = local * RING
    const { names } = this
    const next = this.next[local]!
    // From the latest back: copies follow each other closely, and nothing lies behind an empty place.
    for (let back = 1; back <= RING; back++) {
      const at = names[start + ((next - back + RING) % RING)]!
      if (at === name) return false
      if (at === EMPTY) break
    }
    names[start + next] = name
    this.next[local] = (next + 1) % RING
    return true
  }

  clear(local: number): void {
    this.names.fill(EMPTY, local * RING, (local + 1) * RING)
    this.next[local] = 0
  }
}
