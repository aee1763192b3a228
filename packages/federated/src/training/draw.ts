/** The generators' source of numbers: the same seed gives the same draws everywhere. */
export class Draw {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** An integer from 0 up to, not including, `bound` (at most 2²⁴). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % bound
  }

  /** Whether something of so many percent happens. */
  chance(percent: number): boolean {
    return this.below(100) < percent
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)]!
  }

  /** The same things in another order. */
  shuffled<T>(of: readonly T[]): T[] {
    const all = [...of]
    for (let i = all.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      ;[all[i], all[j]] = [all[j]!, all[i]!]
    }
    return all
  }
}
