/** The clock and timers of a shell; the machines only get their values. */
export interface Clock {
  /** Unix time, integer milliseconds: what people read. */
  wallMs(): number
  /** Never goes back, integer milliseconds: what durations are measured by. */
  monotonicMs(): number
  /** Runs once after `delayMs`; the returned function cancels. */
  after(delayMs: number, run: () => void): () => void
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Math.floor(performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    timer.unref()
    return () => clearTimeout(timer)
  }
}
