import type { FaultEvent } from '../faults/event.ts'
import type { AuditHash } from './audit.ts'
import type { EventWords } from './timing-wheel.ts'

/** Virtual time is counted in ticks of a quarter of a millisecond. */
export const TICKS_PER_MS = 4

/** Set in an event's word: its `b` is the handle of a payload in this shard's arena. */
export const HAS_PAYLOAD: number = 0x8000_0000 | 0

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
  /** Of this shard. The engine adds every event it hands out; a model adds what it concludes. */
  readonly audit: AuditHash

  /** An event for a node of this shard, by its local number, at least one tick ahead. */
  timer(delayTicks: number, local: number, word: number, a: number, b: number): void

  /**
   * An event for any node, by its global number; at least the model's own `lookaheadTicks` ahead, an
   * error otherwise. A payload is copied where it crosses into another shard.
   */
  send(delayTicks: number, node: number, word: number, a: number, b: number): void

  /**
   * Puts words into the arena for an event with {@link HAS_PAYLOAD}; equal words share one handle. It
   * lasts until all events that carry it are handled; without one, to the end of the present event.
   */
  intern(words: Int32Array): number
  /** The words behind a handle; valid while the event that carries it is handled. */
  payload(handle: number): Int32Array
}

/** One shard's share of a simulated protocol: its nodes' machines, their state, and what was measured. */
export interface ShardModel {
  /**
   * Least delay of everything this model sends, at least 1, which is the default. Shards run
   * independently for so long, so give the least delay of the network.
   */
  readonly lookaheadTicks?: number
  /**
   * Inputs that the model's machines took without an event of the engine's own: put off, and run later
   * with their own times. They count as handled events; 0 if left out.
   */
  readonly putOff?: number
  /**
   * Words kept of an event, 4 unless told: 3 drops `b`, 2 also `a`. One word holds `local`, below 2^27,
   * and a `word` of 0 to 15.
   */
  readonly eventWords?: EventWords
  /** Schedules the first events, at tick 0; before that, a model may not send. */
  start(): void
  /** Handles an event of one node, by its local number. */
  handle(local: number, word: number, a: number, b: number): void
  /** Applies a fault, before the other events of its tick; every shard hears of every fault. */
  fault(event: FaultEvent): void
  /** Adds the state that must be equal in equal runs, in a fixed order. Outputs are added as they happen. */
  audit(hash: AuditHash): void
  /** Every column of the model's state, in a fixed order: what a checkpoint keeps. */
  columns(): readonly ArrayBufferView[]
  /**
   * What isn't in columns, as JSON, and back. A restored model hears `restore` instead of `start`; its
   * columns are filled after that, and must be as long as they were.
   */
  save(): unknown
  restore(saved: unknown): void
  /** What was seen, structured-cloneable; the scenario merges its shards' in order. */
  result(): unknown
}
