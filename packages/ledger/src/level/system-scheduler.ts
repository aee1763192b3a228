import type { Scheduler } from '../group-commit.ts'

/** The process's own timers. None of them keeps a process alive. */
export const systemScheduler: Scheduler = {
  setTimer: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimer: timer => clearTimeout(timer as NodeJS.Timeout)
}
