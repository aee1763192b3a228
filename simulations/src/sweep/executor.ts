import type { SweepJob } from './job.ts'
import type { RunResult } from './run-sink.ts'

/** Why a run has no result, one line. `code` is stable. */
export interface RunFailure {
  readonly code: string
  readonly message: string
}

/** What became of one run. */
export type RunReply =
  | { readonly ok: true; readonly result: RunResult }
  | { readonly ok: false; readonly failure: RunFailure }

/** What became of a job: a reply a seed, in the order of its seeds. */
export interface JobOutcome {
  readonly job: SweepJob
  readonly replies: readonly RunReply[]
}

export interface ExecutorOptions {
  /** Once a job; the executor waits for it before it takes more, and ends with its error. */
  readonly onDone: (outcome: JobOutcome) => Promise<void>
  /** May come again for a job that was lost and starts anew. */
  readonly onStart?: (job: SweepJob) => void
  /** Stops soon; jobs not reported by then are not reported at all. */
  readonly signal?: AbortSignal
}

/**
 * Runs jobs somewhere, in any order, as many at a time as it likes. Takes jobs from the iterable
 * only as it needs them, so that neither jobs nor outcomes pile up in memory. A job that can't be
 * run is an outcome, not an error.
 */
export interface Executor {
  /**
   * Resolves when every job was reported, or after the signal.
   *
   * @throws what `onDone` threw; SweepError `redis-unreachable`
   */
  run(jobs: Iterable<SweepJob>, options: ExecutorOptions): Promise<void>
}

/** The outcome of a job of which nothing came back. */
export function failedOutcome(job: SweepJob, failure: RunFailure): JobOutcome {
  return { job, replies: job.seeds.map(() => ({ ok: false, failure })) }
}
