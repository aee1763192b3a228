import { createDetectorStore, type DetectorStore, TICK_MS } from '@torusmesh/health'
import { type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import { drawBelow } from '../engine/random.ts'
import type { Conditions } from '../faults/condition.ts'
import { Stream } from './streams.ts'
import { Kind, wordOf } from './words.ts'

/** A starved node wakes for so long at a time; its stalls fill the rest. */
const WAKE_MIN_MS = 50
const WAKE_SPREAD_MS = 200
const WAKE_MEAN_MS: number = WAKE_MIN_MS + WAKE_SPREAD_MS / 2

/** When the processes of a shard's nodes run: their starts, their first ticks, their want of CPU. */
export class Processes {
  /** Counts each node's starts, modulo 256: what an earlier life scheduled is void. */
  readonly life: Uint8Array
  /** Until when a starved node stands still. */
  readonly stalledUntilMs: Float64Array
  readonly #port: ShardPort
  readonly #seed: number
  readonly #store: DetectorStore
  readonly #conditions: Conditions

  constructor(port: ShardPort, seed: number, store: DetectorStore, conditions: Conditions) {
    this.#port = port
    this.#seed = seed
    this.#store = store
    this.#conditions = conditions
    this.life = new Uint8Array(port.nodes)
    this.stalledUntilMs = new Float64Array(port.nodes)
  }

  /** Beats of different nodes fall into different parts of the second. */
  firstTick(local: number): void {
    const node = this.#port.first + local
    const life = this.life[local]!
    const beatMs = drawBelow(1_000, this.#seed, Stream.phase, node, 2 * life)
    this.#store.beatMs[local] = this.#port.nowMs - beatMs
    const tickMs = 1 + drawBelow(TICK_MS, this.#seed, Stream.phase, node, 2 * life + 1)
    this.#port.timer(tickMs * TICKS_PER_MS, local, wordOf(Kind.tick, life), 0, 0)
  }

  /**
   * A new process with a fresh detector. Its incarnation is above every one used before, as far as its
   * disk remembers; the clock helps.
   */
  restart(local: number, diskKept: boolean): void {
    const store = this.#store
    const before = store.self[local]!
    const seconds = Math.floor(this.#port.nowMs / 1_000)
    const fresh = createDetectorStore(1, store.limits, this.#port.nowMs, store.slots)
    for (const [name, column] of Object.entries(fresh)) {
      if (!ArrayBuffer.isView(column)) continue
      const values = column as Int32Array
      store[name as 'heardMs'].set(values, local * values.length)
    }
    store.self[local] = diskKept ? Math.max(before + 1, seconds) : seconds
    this.stalledUntilMs[local] = 0
    this.life[local]!++
  }

  /** A node with a share of a CPU stands still for most of the time. Returns whether it does now. */
  stall(local: number): boolean {
    const { first, nowMs } = this.#port
    const node = first + local
    const spanMs = this.#conditions.slowedMs(local, WAKE_MEAN_MS) - WAKE_MEAN_MS
    if (spanMs <= 0) return false
    const wakeMs = WAKE_MIN_MS + drawBelow(WAKE_SPREAD_MS, this.#seed, Stream.wake, node, nowMs)
    // From a fifth of the mean to nine fifths.
    const leastMs = Math.ceil(spanMs / 5)
    const stallMs = leastMs + drawBelow(8 * leastMs, this.#seed, Stream.stall, node, nowMs)
    this.stalledUntilMs[local] = nowMs + stallMs
    this.#port.timer((stallMs + wakeMs) * TICKS_PER_MS, local, wordOf(Kind.stall, 0), 0, 0)
    return true
  }

  columns(): readonly ArrayBufferView[] {
    return [this.life, this.stalledUntilMs]
  }
}
