/** The two clocks a node reads: only shells hold one, machines get their values. */
export interface Clock {
  /** Unix time, integer milliseconds: what statements carry. */
  wallMs(): number
  /** Never goes back, integer milliseconds: what durations are measured by. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => Math.floor(performance.now())
}
