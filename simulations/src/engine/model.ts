import type { FaultEvent } from '../faults/event.ts'
import type { AuditHash } from './audit.ts'

/** Virtual time is counted in ticks of a quarter of a millisecond. */
export const TICK_US = 250
export const TICKS_PER_MS = 4

/** Set in an event's word: its `b` is the handle of a payload in this shard's arena. */
export const HAS_PAYLOAD = 0x8000_0000 | 0

/**
 * What the engine gives the model of one shard. A shard owns the nodes `first` to `first + nodes - 1`;
 * its models know their own nodes by local number, 0 to `nodes - 1`, everybody else by global number.
 */
export interface ShardPort {
  readonly shard: number
  readonly first: number
  readonly nodes: number
  /** Virtual time, a safe integer. */
  readonly nowTicks: number
  /** Virtual time, whole ms. */
  readonly nowMs: number

  /** An event for a node of this shard, by its local number, at least one tick ahead. */
  timer(delayTicks: number, local: number, word: number, a: number, b: number): void

  /**
   * An event for any node, by its global number; at least the run's lookahead ahead. A payload is
   * copied where it crosses into another shard.
   */
  send(delayTicks: number, node: number, word: number, a: number, b: number): void

  /** Puts words into the arena for an event with {@link HAS_PAYLOAD}; equal words share one handle. */
  intern(words: Int32Array): number
  /** The words behind a handle; valid while the event that carries it is handled. */
  payload(handle: number): Int32Array
}

/** One shard's share of a simulated protocol: its nodes' machines, their state, and what was measured. */
export interface ShardModel {
  /** Schedules the first events. */
  start(): void
  /** Handles an event of one node, by its local number. */
  handle(local: number, word: number, a: number, b: number): void
  /** Applies a fault, before the other events of its tick; every shard hears of every fault. */
  fault(event: FaultEvent): void
  /** Adds the state that must be equal in equal runs, in a fixed order. Outputs are added as they happen. */
  audit(hash: AuditHash): void
  /** Every column of the model's state, in a fixed order: what a checkpoint keeps. */
  columns(): readonly ArrayBufferView[]
  /** What isn't in columns, as JSON, and back. */
  save(): unknown
  restore(saved: unknown): void
  /** What was seen, structured-cloneable; the scenario merges its shards' in order. */
  result(): unknown
}
