import type { DetectorStore } from '@torusmesh/health'
import type { ShardPort } from '../engine/model.ts'
import type { StepDetector } from './init.ts'
import type { Links } from './links.ts'

/** What a backlog has of its shard's model. */
export interface BacklogHost {
  readonly port: ShardPort
  readonly store: DetectorStore
  readonly step: StepDetector
  links(): Links
  /** Whether nothing is put off, but every tick and beat an event of its own. */
  readonly eager: boolean
  /** Whether no fault holds a node now. */
  isUndisturbed(local: number): boolean
  /** Hands the machine the tick that is due now; what it says is done. */
  tick(local: number): void
  /** Same for a beat that arrives now. */
  hear(local: number, slot: number, incarnation: number): void
}
