import type { DetectorPreset, step } from '@torusmesh/health'
import type { ShardPort } from '../engine/model.ts'
import type { FaultEvent } from '../faults/event.ts'
import type { RunSetup } from '../scenario/scenario.ts'

/** How a machine is stepped: `step` of the real one, or a test's mutant of it. */
export type StepDetector = typeof step

export interface HealthModelInit {
  readonly setup: RunSetup
  readonly port: ShardPort
  readonly preset: DetectorPreset
  /** Whether probes include a dial, which a stalled process' kernel still accepts. */
  readonly dials: boolean
  /** Whether down notices and returns go to the whole mesh. */
  readonly notices: boolean
  /** The node the adversaries are after, or -1. */
  readonly target: number
  /** Faults that hold from the start, besides the run's. */
  readonly given: readonly FaultEvent[]
  readonly step?: StepDetector
  /** Whether every tick and beat is an event of its own, see `Backlog`. */
  readonly eager: boolean
}
