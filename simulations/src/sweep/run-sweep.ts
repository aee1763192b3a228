import type { Executor, JobOutcome, RunFailure } from './executor.ts'
import { runsOf, type SweepJob } from './job.ts'
import type { SweepPlan } from './plan.ts'
import type { RunSink, SweepRun } from './run-sink.ts'

export interface SweepProgress {
  /** Runs with a result, those found from an earlier time too. */
  readonly done: number
  readonly of: number
  /** Runs of jobs that somebody works on. */
  readonly running: number
  readonly failed: number
  /** From the pace of this time so far; `null` before the first run is done. */
  readonly etaMs: number | null
}

export interface SweepOptions {
  readonly executor: Executor
  readonly sink: RunSink
  /** After a stop what is done is kept; the same call goes on from there. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: SweepProgress) => void
  /** Monotone ms; the process clock if left out. */
  readonly now?: () => number
}

export interface SweepReport {
  readonly runs: number
  /** Results that are there now; `runs` unless it was stopped or some failed. */
  readonly done: number
  /** Of those, how many were there before. */
  readonly found: number
  readonly failed: number
  /** The first 100. */
  readonly failures: readonly { readonly run: SweepRun; readonly failure: RunFailure }[]
  readonly wasStopped: boolean
}

const MAX_FAILURES = 100

/**
 * Runs what of a sweep the sink doesn't have yet. The sink ends up the same whatever the executor,
 * and however often the sweep was interrupted.
 *
 * @throws what the executor and the sink throw
 */
export async function runSweep(plan: SweepPlan, options: SweepOptions): Promise<SweepReport> {
  const sweep = new Sweep(plan, options)
  await sweep.run()
  return sweep.report()
}

class Sweep {
  readonly #plan: SweepPlan
  readonly #options: SweepOptions
  readonly #now: () => number
  readonly #failures: SweepReport['failures'][number][] = []
  readonly #running = new Map<string, number>()
  #done = 0
  #found = 0
  #failed = 0
  #startMs = 0

  constructor(plan: SweepPlan, options: SweepOptions) {
    this.#plan = plan
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  async run(): Promise<void> {
    const { executor, signal } = this.#options
    const left = await this.#unfinished()
    this.#startMs = this.#now()
    this.#tell()
    if (left.length === 0 || signal?.aborted) return
    await executor.run(left, {
      onDone: outcome => this.#keep(outcome),
      onStart: job => {
        this.#running.set(job.id, job.seeds.length)
        this.#tell()
      },
      ...(signal && { signal })
    })
  }

  report(): SweepReport {
    return {
      runs: this.#plan.runs,
      done: this.#done,
      found: this.#found,
      failed: this.#failed,
      failures: this.#failures,
      wasStopped: this.#done + this.#failed < this.#plan.runs
    }
  }

  /** Jobs that lack a result; whole ones, since a job's name stands for all its seeds. */
  async #unfinished(): Promise<SweepJob[]> {
    const left: SweepJob[] = []
    for (const job of this.#plan.jobs) {
      const has = await Promise.all(runsOf(job).map(run => this.#options.sink.has(run)))
      if (has.every(Boolean)) this.#found += has.length
      else left.push(job)
    }
    this.#done = this.#found
    return left
  }

  async #keep({ job, replies }: JobOutcome): Promise<void> {
    for (const [i, run] of runsOf(job).entries()) {
      const reply = replies[i]!
      if (reply.ok) {
        await this.#options.sink.write(run, reply.result)
        this.#done++
      } else {
        this.#failed++
        if (this.#failures.length < MAX_FAILURES) {
          this.#failures.push({ run, failure: reply.failure })
        }
      }
    }
    this.#running.delete(job.id)
    this.#tell()
  }

  #tell(): void {
    const of = this.#plan.runs
    const fresh = this.#done + this.#failed - this.#found
    const elapsedMs = this.#now() - this.#startMs
    const left = of - this.#done - this.#failed
    this.#options.onProgress?.({
      done: this.#done,
      of,
      running: this.#running.values().reduce((sum, runs) => sum + runs, 0),
      failed: this.#failed,
      etaMs: fresh === 0 ? null : Math.round((elapsedMs / fresh) * left)
    })
  }
}
