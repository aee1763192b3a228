import { availableParallelism } from 'node:os'
import { SweepError } from './errors.ts'
import { type Executor, type ExecutorOptions, failedOutcome, type JobOutcome } from './executor.ts'
import { failureOf } from './failure.ts'
import type { SweepJob } from './job.ts'
import { outcomeOf } from './run-job.ts'
import { JobThread, type JobThreadInit } from './thread.ts'

export interface EmbeddedExecutorInit extends JobThreadInit {
  /** As many as the machine has cores if left out. */
  readonly threads?: number
}

/** Runs jobs on threads of this process: needs no service. A stop ends running jobs at once. */
export function embeddedExecutor(init: EmbeddedExecutorInit = {}): Executor {
  const width = Math.max(1, init.threads ?? availableParallelism())
  return {
    async run(jobs, options) {
      const threads = Array.from({ length: width }, () => new JobThread(init))
      const stop = async (): Promise<void> => {
        await Promise.all(threads.map(thread => thread.close()))
      }
      const queue = jobs[Symbol.iterator]()
      const { signal } = options
      signal?.addEventListener('abort', stop, { once: true })
      const stopped = new AbortController()
      try {
        const lanes = threads.map(thread =>
          work(thread, queue, options, stopped.signal).catch(async error => {
            stopped.abort()
            await stop()
            throw error
          })
        )
        for (const lane of await Promise.allSettled(lanes)) {
          if (lane.status === 'rejected') throw lane.reason
        }
      } finally {
        signal?.removeEventListener('abort', stop)
        await stop()
      }
    }
  }
}

/** One thread's share: the next job as soon as the last is reported. */
async function work(
  thread: JobThread,
  queue: Iterator<SweepJob>,
  { onDone, onStart, signal }: ExecutorOptions,
  stopped: AbortSignal
): Promise<void> {
  const isOver = (): boolean => stopped.aborted || signal?.aborted === true
  while (!isOver()) {
    const { value: job, done } = queue.next()
    if (done) return
    onStart?.(job)
    const outcome = await outcomeIn(thread, job)
    if (outcome === undefined) return
    await onDone(outcome)
  }
}

/** None after a stop. */
async function outcomeIn(thread: JobThread, job: SweepJob): Promise<JobOutcome | undefined> {
  try {
    return outcomeOf(job, await thread.run(job))
  } catch (error) {
    if (error instanceof SweepError && error.code === 'cancelled') return undefined
    return failedOutcome(job, failureOf(error, 'worker-crashed'))
  }
}
