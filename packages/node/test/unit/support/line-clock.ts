import type { LineClock } from '../../../src/host/delay-line.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** Time that passes when a test says so. */
export class FakeLineClock implements LineClock {
  #nowMs = 0
  readonly #timers = new Set<Timer>()

  get pending(): number {
    return this.#timers.size
  }

  nowMs(): number {
    return this.#nowMs
  }

  setTimer(callback: () => void, delayMs: number): Timer {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.add(timer)
    return timer
  }

  clearTimer(timer: unknown): void {
    this.#timers.delete(timer as Timer)
  }

  pass(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const [next] = [...this.#timers].sort((a, b) => a.atMs - b.atMs)
      if (next === undefined || next.atMs > endMs) break
      this.#nowMs = next.atMs
      this.#timers.delete(next)
      next.callback()
    }
    this.#nowMs = endMs
  }
}
