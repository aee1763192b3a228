import type { FaultSpec } from '../faults/spec.ts'
import type { NetworkSpec } from '../network/spec.ts'

export type Parameter = number | string | boolean

/** Everything that decides a run. Equal specs have equal audit hashes, on any number of workers. */
export interface RunSpec {
  /** Name of a scenario of the catalogue. */
  readonly scenario: string
  readonly nodes: number
  /** Unsigned 32-bit. */
  readonly seed: number
  readonly durationMs: number
  readonly network: NetworkSpec
  readonly faults: readonly FaultSpec[]
  /** The scenario's own settings; all of them, defaults filled in. */
  readonly parameters: Readonly<Record<string, Parameter>>
}

/** How a run is followed and cut short; changes nothing of its outcome. */
export interface RunOptions {
  /** Threads; default 1, in the caller's own. */
  readonly workers?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RunProgress) => void
}

export interface RunProgress {
  readonly virtualMs: number
  readonly ofMs: number
  readonly events: number
  readonly wallMs: number
}
