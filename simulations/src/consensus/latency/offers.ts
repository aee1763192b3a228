import type { Letter } from './letters.ts'

/** Certificates a node holds for others, and offers it waits for. */
const HELD_MAX = 64

/**
 * Certificates that a node can hand out. All nodes make the same ones of the votes that reach all, so
 * they are offered, and sent only to who lacks one for too long.
 */
export class Offers<M> {
  readonly #held: Map<number, Letter<M>>[]
  readonly #waiting: Set<number>[]

  constructor(nodes: number) {
    this.#held = Array.from({ length: nodes }, () => new Map())
    this.#waiting = Array.from({ length: nodes }, () => new Set())
  }

  hold(local: number, offer: number, letter: Letter<M>): void {
    const held = this.#held[local]!
    held.set(offer, letter)
    this.#waiting[local]!.delete(offer)
    if (held.size > HELD_MAX) held.delete(held.keys().next().value!)
  }

  held(local: number, offer: number): Letter<M> | undefined {
    return this.#held[local]!.get(offer)
  }

  /** Whether this offer is the first for something the node lacks: it waits for it from now on. */
  await(local: number, offer: number): boolean {
    const waiting = this.#waiting[local]!
    if (this.#held[local]!.has(offer) || waiting.has(offer)) return false
    if (waiting.size >= HELD_MAX) waiting.delete(waiting.values().next().value!)
    waiting.add(offer)
    return true
  }

  /** Whether the node still lacks it; it may wait for another offer from now on. */
  lacks(local: number, offer: number): boolean {
    return this.#waiting[local]!.delete(offer)
  }
}
