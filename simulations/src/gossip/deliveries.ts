import { TICKS_PER_MS } from '../engine/model.ts'
import { MARKS, type Mark } from './carrier.ts'

/** Delays up to this are counted by the ms, longer ones in the last place. */
export const DELAYS = 16_384

/** Totals of a shard, by place. */
export const Total = {
  delivered: 0,
  payloads: 1,
  payloadBytes: 2,
  controls: 3,
  controlBytes: 4,
  maintenance: 5,
  again: 6
} as const
export type Total = (typeof Total)[keyof typeof Total]
const TOTALS: number = Object.keys(Total).length

/** What {@link Deliveries.result} gives; columns by message or by ms. */
export interface DeliveryResult {
  readonly totals: Float64Array
  readonly marks: Float64Array
  readonly histogram: Float64Array
  readonly reached: Float64Array
  readonly sumMs: Float64Array
  readonly maxMs: Float64Array
  /** `nodes * words`: a bit a message that the node got. */
  readonly got: Uint32Array
  readonly words: number
  /** By node: 1 if it was down at any time. */
  readonly wasDown: Uint8Array
  /** By message: 1 if its source was up to publish it; in the source's shard only. */
  readonly published: Uint8Array
}

/** What was measured in one shard, in columns. */
export class Deliveries {
  readonly #words: number
  readonly #totals = new Float64Array(TOTALS)
  readonly #marks = new Float64Array(MARKS.length)
  readonly #histogram = new Float64Array(DELAYS)
  readonly #reached: Float64Array
  readonly #sumMs: Float64Array
  readonly #maxMs: Float64Array
  readonly #got: Uint32Array
  readonly #wasDown: Uint8Array
  readonly #published: Uint8Array

  constructor(nodes: number, messages: number) {
    this.#words = Math.ceil(messages / 32)
    this.#reached = new Float64Array(messages)
    this.#sumMs = new Float64Array(messages)
    this.#maxMs = new Float64Array(messages)
    this.#got = new Uint32Array(nodes * this.#words)
    this.#wasDown = new Uint8Array(nodes)
    this.#published = new Uint8Array(messages)
  }

  add(total: Total, amount: number): void {
    this.#totals[total]! += amount
  }

  mark(mark: Mark): void {
    this.#marks[MARKS.indexOf(mark)]!++
  }

  /** Messages delivered so far. */
  get count(): number {
    return this.#totals[Total.delivered]!
  }

  published(local: number, id: number): void {
    this.#published[id - 1] = 1
    this.#take(local, id)
  }

  /** A first sight; of what the node had already, it is counted as a fault of the carrier. */
  delivered(local: number, id: number, delayTicks: number): void {
    if (!this.#take(local, id)) {
      // Who starts anew without memory may hear it anew.
      if (this.#wasDown[local] === 0) this.#totals[Total.again]!++
      return
    }
    const ms = delayTicks / TICKS_PER_MS
    this.#totals[Total.delivered]!++
    this.#histogram[Math.min(DELAYS - 1, Math.floor(ms))]!++
    this.#reached[id - 1]!++
    this.#sumMs[id - 1]! += ms
    if (ms > this.#maxMs[id - 1]!) this.#maxMs[id - 1] = ms
  }

  wentDown(local: number): void {
    this.#wasDown[local] = 1
  }

  columns(): readonly ArrayBufferView[] {
    const { totals, marks, histogram, reached, sumMs, maxMs, got, wasDown, published } =
      this.result()
    return [totals, marks, histogram, reached, sumMs, maxMs, got, wasDown, published]
  }

  result(): DeliveryResult {
    return {
      totals: this.#totals,
      marks: this.#marks,
      histogram: this.#histogram,
      reached: this.#reached,
      sumMs: this.#sumMs,
      maxMs: this.#maxMs,
      got: this.#got,
      words: this.#words,
      wasDown: this.#wasDown,
      published: this.#published
    }
  }

  #take(local: number, id: number): boolean {
    const at = local * this.#words + ((id - 1) >> 5)
    const bit = 1 << ((id - 1) & 31)
    if ((this.#got[at]! & bit) !== 0) return false
    this.#got[at]! |= bit
    return true
  }
}
