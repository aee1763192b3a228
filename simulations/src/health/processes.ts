import { type DetectorStore, rowAt, startRow, TICK_MS } from '@torusmesh/health'
import { type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import { drawBelow } from '../engine/random.ts'
import { type Conditions, Down, NEVER } from '../faults/condition.ts'
import type { FaultEvent } from '../faults/event.ts'
import type { Backlog } from './backlog.ts'
import type { Links } from './links.ts'
import { Stream } from './streams.ts'
import { detailOf, Kind, kindOf, linkOf, wordOf } from './words.ts'

/** A starved node wakes for so long at a time; its stalls fill the rest. */
const WAKE_MIN_MS = 50
const WAKE_SPREAD_MS = 200
const WAKE_MEAN_MS: number = WAKE_MIN_MS + WAKE_SPREAD_MS / 2

export interface ProcessesInit {
  readonly port: ShardPort
  readonly seed: number
  readonly store: DetectorStore
  readonly conditions: Conditions
  readonly links: Links
  readonly backlog: Backlog
  /** Whether the kernel of a process that stands still accepts dials. */
  readonly dials: boolean
}

/** When the processes of a shard's nodes run: their starts, their first ticks, their want of CPU. */
export class Processes {
  /** Counts each node's starts, modulo 256: what an earlier life scheduled is void. */
  readonly life: Uint8Array
  /** Until when a starved node stands still. */
  readonly stalledUntilMs: Float64Array
  readonly #init: ProcessesInit

  constructor(init: ProcessesInit) {
    this.#init = init
    this.life = new Uint8Array(init.port.nodes)
    this.stalledUntilMs = new Float64Array(init.port.nodes)
  }

  /** Lets each node know a tick before a fault befalls it. */
  announce(faults: readonly FaultEvent[]): void {
    const { port } = this.#init
    for (const event of faults) {
      if (event.kind === 'partition' || event.atMs === 0) continue
      const local = event.node - port.first
      if (local < 0 || local >= port.nodes) continue
      port.timer(event.atMs * TICKS_PER_MS - 1, local, wordOf(Kind.rouse, 0), 0, 0)
    }
  }

  /** Whether no fault holds a node now. */
  areUndisturbed(local: number): boolean {
    const { conditions, port } = this.#init
    const { nowMs } = port
    return (
      conditions.deliverableAtMs(local, nowMs) === nowMs &&
      this.stalledUntilMs[local]! <= nowMs &&
      conditions.slowedMs(local, WAKE_MEAN_MS) === WAKE_MEAN_MS &&
      conditions.behaviourOf(local) === 0
    )
  }

  /** What faults do to an event: its node is down, deaf or stands still. Returns whether that was all. */
  holdUp(local: number, word: number, a: number, b: number): boolean {
    const { conditions, port, backlog } = this.#init
    const { nowMs } = port
    const kind = kindOf(word)
    if (kind === Kind.knock) {
      this.#answerKnock(local, word)
      return true
    }
    const own = kind === Kind.tick || kind >= Kind.publish
    let atMs = own
      ? conditions.runnableAtMs(local, nowMs)
      : conditions.deliverableAtMs(local, nowMs)
    if (atMs === NEVER) return true
    if (kind !== Kind.stall) atMs = Math.max(atMs, this.stalledUntilMs[local]!)
    if (atMs <= nowMs) return false
    const tick = atMs * TICKS_PER_MS
    if (kind === Kind.tick) backlog.delay(local, tick)
    else port.timer(tick - port.nowTicks, local, word, a, b)
    return true
  }

  /** Beats of different nodes fall into different parts of the second. */
  firstTick(local: number): void {
    const { port, seed, store, backlog } = this.#init
    const node = port.first + local
    const life = this.life[local]!
    const beatMs = drawBelow(1_000, seed, Stream.phase, node, 2 * life)
    store.beatMs[rowAt(store, local)] = port.nowMs - beatMs
    const tickMs = 1 + drawBelow(TICK_MS, seed, Stream.phase, node, 2 * life + 1)
    backlog.start(local, tickMs * TICKS_PER_MS)
  }

  /**
   * A new process with a fresh detector. Its incarnation is above every one used before, as far as its
   * disk remembers; the clock helps.
   */
  restart(local: number, diskKept: boolean): void {
    const { port, store } = this.#init
    const own = rowAt(store, local)
    const before = store.self[own]!
    const seconds = Math.floor(port.nowMs / 1_000)
    startRow(store, local, port.nowMs)
    store.self[own] = diskKept ? Math.max(before + 1, seconds) : seconds
    this.stalledUntilMs[local] = 0
    this.life[local]!++
  }

  /** A node with a share of a CPU stands still for most of the time. Returns whether it does now. */
  stall(local: number): boolean {
    const { port, seed, conditions } = this.#init
    const { nowMs } = port
    const node = port.first + local
    const spanMs = conditions.slowedMs(local, WAKE_MEAN_MS) - WAKE_MEAN_MS
    if (spanMs <= 0) return false
    const wakeMs = WAKE_MIN_MS + drawBelow(WAKE_SPREAD_MS, seed, Stream.wake, node, nowMs)
    // From a fifth of the mean to nine fifths.
    const leastMs = Math.ceil(spanMs / 5)
    const stallMs = leastMs + drawBelow(8 * leastMs, seed, Stream.stall, node, nowMs)
    this.stalledUntilMs[local] = nowMs + stallMs
    port.timer((stallMs + wakeMs) * TICKS_PER_MS, local, wordOf(Kind.stall, 0), 0, 0)
    return true
  }

  columns(): readonly ArrayBufferView[] {
    return [this.life, this.stalledUntilMs]
  }

  /** The kernel answers a dial, whatever the process does. */
  #answerKnock(local: number, word: number): void {
    const { conditions, links, port, dials } = this.#init
    const detail = detailOf(word)
    if (conditions.downAs(local) === Down.closed) {
      links.stray(local, linkOf(word), wordOf(Kind.refused, detail))
    } else if (dials && conditions.deliverableAtMs(local, port.nowMs) !== NEVER) {
      links.stray(local, linkOf(word), wordOf(Kind.answered, detail))
    }
  }
}
