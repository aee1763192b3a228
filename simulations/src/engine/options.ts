import type { RunOptions } from '../scenario/spec.ts'
import type { Checkpoint } from './checkpoint.ts'
import { TICKS_PER_MS } from './model.ts'

/** How the engine is to run, beyond what every run may ask. */
export interface EngineOptions extends RunOptions {
  /** Takes a checkpoint at the first window border at or after this virtual time. */
  readonly checkpointAtMs?: number
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void
  /** Goes on from here instead of starting. */
  readonly resume?: Checkpoint
  /** The module whose `findScenario` worker threads ask; the catalogue unless told. */
  readonly catalogue?: URL
}

/** The tick at which a checkpoint is asked for, or `NaN`. */
export function checkpointTickOf(options: EngineOptions): number {
  return (options.checkpointAtMs ?? Number.NaN) * TICKS_PER_MS
}
