import type { Scheduler } from '../group-commit.ts'

/** The process's own timers. An idle ledger sets none, so it does not keep a process alive. */
export const systemScheduler: Scheduler = {
  setTimer: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimer: timer => clearTimeout(timer as NodeJS.Timeout)
}
