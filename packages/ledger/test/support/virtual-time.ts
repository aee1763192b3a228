import type { Scheduler } from '../../src/index.ts'

interface Timer {
  readonly atMs: number
  readonly callback: () => void
}

/** A clock and timers that move only when told to. */
export interface VirtualTime {
  readonly clock: () => number
  readonly scheduler: Scheduler
  /** Timers set and not yet fired or cleared. */
  readonly pending: number
  /** Moves on by `ms`, firing what falls due in order, and lets promises settle after each. */
  advance(ms: number): Promise<void>
}

export function createVirtualTime(startMs = 1_000_000): VirtualTime {
  let nowMs = startMs
  const timers = new Set<Timer>()
  return {
    clock: () => nowMs,
    scheduler: {
      setTimer: (callback, delayMs) => {
        const timer = { atMs: nowMs + delayMs, callback }
        timers.add(timer)
        return timer
      },
      clearTimer: timer => {
        timers.delete(timer as Timer)
      }
    },
    get pending() {
      return timers.size
    },
    async advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        const due = [...timers].filter(({ atMs }) => atMs <= untilMs)
        const next = due.toSorted((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        timers.delete(next)
        nowMs = Math.max(nowMs, next.atMs)
        next.callback()
        await settled()
      }
      nowMs = untilMs
      await settled()
    }
  }
}

/** After every promise and callback that is ready by now. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
