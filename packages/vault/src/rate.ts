/** A token bucket of integers: so many uses a second, twice as many at once after a quiet time. */
export class Rate {
  readonly #perSecond: number
  /** In thousandths of a use. */
  #left: number
  #atMs: number

  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#left = this.#most
    this.#atMs = nowMs
  }

  /** Takes one use if there is one. A clock that jumps back gives nothing and takes nothing. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - this.#atMs)
    this.#atMs = nowMs
    this.#left = Math.min(this.#most, this.#left + passedMs * this.#perSecond)
    if (this.#left < 1_000) return false
    this.#left -= 1_000
    return true
  }

  get #most(): number {
    return 2 * this.#perSecond * 1_000
  }
}
