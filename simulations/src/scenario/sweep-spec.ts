import type { RunDocument } from './document.ts'

/** What an axis may vary: a number, a word, a whole block such as one `network.latency`, or `null` for none. */
export type SweepValue =
  | string
  | number
  | boolean
  | null
  | readonly SweepValue[]
  | { readonly [key: string]: SweepValue }

/** One thing a sweep varies. */
export interface SweepAxis {
  /** Path in the document: `nodes`, `network.loss.permille`, `faults.0.count`, `parameters.targets`. */
  readonly field: string
  /** 1 to 1,000. */
  readonly values: readonly SweepValue[]
}

/**
 * Runs of every combination of the axes' values, each with every seed; at most 1,000,000. Made by
 * `sweepOf`; `sweepRuns` gives the specs of its runs.
 */
export interface SweepSpec {
  /** What all runs share. */
  readonly base: RunDocument
  /** In the order of the file; without any there is one point. */
  readonly axes: readonly SweepAxis[]
  /** All of them, in order, each once. */
  readonly seeds: readonly number[]
}
