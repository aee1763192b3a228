import type { RunOutcome } from '../scenario/outcome.ts'
import type { RunSpec } from '../scenario/spec.ts'

/** What a run leaves for good: all of its outcome but how fast it went, so that equal runs leave equal bytes. */
export type RunResult = Omit<RunOutcome, 'timing'>

/** One run of a sweep. */
export interface SweepRun {
  /** SHA-256 in hex of the spec and of the code and data that run it: names the result. */
  readonly id: string
  readonly spec: RunSpec
}

/**
 * Where finished runs go. A sweep asks `has` before it runs anything, so a sink that survives
 * kill −9 makes the sweep resume. Calls for different runs may overlap.
 */
export interface RunSink {
  /** True once `write` has ended for this run, in this process or in an earlier one. */
  has(run: SweepRun): Promise<boolean>
  /**
   * Keeps a result durably, all or nothing: after a crash `has` is false, or every byte is there.
   * What it leaves depends on `run` and `result` alone, not on the order of runs. Writing the same
   * run again is harmless; leftovers of an interrupted write are gone after it.
   */
  write(run: SweepRun, result: RunResult): Promise<void>
}
