import type { Clock } from '../../src/clock.ts'

/** Time that passes only when told to: from timer to timer, once all I/O under way has ended. */
export class SteppedClock implements Clock {
  #now = 0
  #timers: { readonly atMs: number; readonly run: () => void }[] = []
  #underWay = 0

  wallMs(): number {
    return 1_800_000_000_000 + this.#now
  }

  monotonicMs(): number {
    return this.#now
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.#now + delayMs, run }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
    }
  }

  /** Time stands still until the work has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.#underWay++
    try {
      return await work
    } finally {
      this.#underWay--
    }
  }

  /** Lets time pass up to `untilMs`, through all timers due until then. */
  async pass(untilMs: number): Promise<void> {
    for (;;) {
      await this.#settled()
      const due = this.#timers.filter(({ atMs }) => atMs <= untilMs)
      const next = due.toSorted((a, b) => a.atMs - b.atMs)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter(timer => timer !== next)
      this.#now = Math.max(this.#now, next.atMs)
      next.run()
    }
    this.#now = Math.max(this.#now, untilMs)
  }

  async #settled(): Promise<void> {
    do await new Promise(resolve => setImmediate(resolve))
    while (this.#underWay > 0)
  }
}
