import type { RunSetup } from '../scenario/scenario.ts'
import type { OutboxSize } from './outbox.ts'
import type { SavedArena } from './payload-arena.ts'
import type { SavedWheel } from './timing-wheel.ts'

/** One shard of a {@link Checkpoint}. */
export interface SavedShard {
  readonly shard: number
  readonly nowTicks: number
  readonly events: number
  readonly nextFault: number
  readonly audit: readonly [low: number, high: number]
  readonly wheel: SavedWheel
  readonly arena: SavedArena
  /** Empty by then; that of the next window first. Their sizes count among a run's bytes. */
  readonly outboxes: readonly [OutboxSize, OutboxSize]
  /** Bytes of each of the model's columns. */
  readonly columns: readonly Uint8Array[]
  readonly model: unknown
}

/**
 * A whole run between two windows, structured-cloneable: `serialize` of node:v8 makes bytes of it. It
 * resumes on any number of workers, with the spec it was taken from.
 */
export interface Checkpoint {
  readonly scenario: string
  readonly nodes: number
  readonly seed: number
  /** Everything before this tick has been handled. */
  readonly atTicks: number
  readonly shards: readonly SavedShard[]
}

export function checkpointOf(
  { spec: { scenario, nodes, seed } }: RunSetup,
  atTicks: number,
  shards: readonly SavedShard[]
): Checkpoint {
  return { scenario, nodes, seed, atTicks, shards }
}
