import { ENTRY_LENGTH_BYTES } from './bundle.ts'
import { type EventInput, TICKS_PER_MS, writeEvent } from './event.ts'
import { bundleKey, partialKey, tileKey } from './keys.ts'
import { BUNDLE_EVENTS, EVENT_HEADER_BYTES } from './limits.ts'
import { type Hash, leafHashInPlace } from './merkle/hash.ts'
import type { Tree } from './merkle/tree.ts'
import type { LedgerState } from './state.ts'
import type { StoreOperation } from './store.ts'

/** Where a log ends, as a writer needs to know it to go on. */
export interface LogEnd {
  readonly tree: Tree
  readonly head: Hash
  readonly timeMs: number
  readonly tick: number
  readonly checkpointSize: number
}

/** Events that go into the store together, and where the log stands after them. */
export interface Group {
  /** C2SP entries of the events, one after the other. */
  readonly entries: Buffer
  /** Sequence number of the first. */
  readonly firstSeq: number
  /** Offsets in `entries` at which a bundle ends. */
  readonly bundleEnds: readonly number[]
  /** Tiles that the events fill. */
  readonly tiles: readonly StoreOperation[]
  readonly state: LedgerState
}

const LEAST_BUFFER_BYTES = 4 * 1024
const GROWTH_HINT_BYTES = 1024 * 1024

/**
 * Turns events into entries, links and tree. All of it happens as an event is added, so that a
 * group is ready the moment the disk is. Holds no event longer than its group takes.
 */
export class Writer {
  #buffer = Buffer.allocUnsafeSlow(LEAST_BUFFER_BYTES)
  #used = 0
  #firstSeq: number
  #bundleEnds: number[] = []
  #tiles: StoreOperation[] = []
  readonly #tree: Tree
  #head: Hash
  #timeMs: number
  #tick: number
  #checkpointSize: number

  constructor(end: LogEnd) {
    this.#tree = end.tree.clone({
      onTile: (level, index, tile) => this.#tiles.push({ key: tileKey(level, index), value: tile })
    })
    this.#firstSeq = end.tree.size
    this.#head = end.head
    this.#timeMs = end.timeMs
    this.#tick = end.tick
    this.#checkpointSize = end.checkpointSize
  }

  /** Events added, in the store or not. */
  get size(): number {
    return this.#tree.size
  }

  /** Bytes of entries that no group has taken yet. */
  get waitingBytes(): number {
    return this.#used
  }

  /** Hybrid time of the last event, in ms. */
  get timeMs(): number {
    return this.#timeMs
  }

  /**
   * Adds an event whose fields have been checked, at the clock's `nowMs`; returns its sequence
   * number.
   */
  add(input: EventInput, nowMs: number): number {
    const seq = this.#tree.size
    const start = this.#used + ENTRY_LENGTH_BYTES
    this.#reserve(start + EVENT_HEADER_BYTES + input.payload.length)
    this.#advanceClock(nowMs)
    const bytes = this.#buffer
    const end = writeEvent(bytes, start, input, seq, this.#timeMs, this.#tick, this.#head)
    this.#head = leafHashInPlace(bytes, start, end)
    bytes.writeUInt16BE(end - start, this.#used)
    this.#tree.append(this.#head)
    this.#used = end
    if ((seq + 1) % BUNDLE_EVENTS === 0) this.#bundleEnds.push(end)
    return seq
  }

  /** Has the next group's state name the checkpoint of `size` events. */
  noteCheckpoint(size: number): void {
    this.#checkpointSize = size
  }

  /** Everything added since the last group. */
  take(): Group {
    const group = {
      entries: this.#buffer.subarray(0, this.#used),
      firstSeq: this.#firstSeq,
      bundleEnds: this.#bundleEnds,
      tiles: this.#tiles,
      state: this.#state()
    }
    const hint = Math.min(Math.max(this.#used, LEAST_BUFFER_BYTES), GROWTH_HINT_BYTES)
    this.#buffer = Buffer.allocUnsafeSlow(hint)
    this.#used = 0
    this.#firstSeq = this.#tree.size
    this.#bundleEnds = []
    this.#tiles = []
    return group
  }

  #state(): LedgerState {
    return {
      size: this.#tree.size,
      checkpointSize: this.#checkpointSize,
      timeMs: this.#timeMs,
      tick: this.#tick,
      head: this.#head,
      nodes: this.#tree.nodes()
    }
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.#used)
    this.#buffer = larger
  }

  /** Hybrid logical clock: the later of the clock and the last event, told apart by ticks. */
  #advanceClock(nowMs: number): void {
    if (nowMs > this.#timeMs) {
      this.#timeMs = nowMs
      this.#tick = 0
    } else if (++this.#tick === TICKS_PER_MS) {
      this.#timeMs++
      this.#tick = 0
    }
  }
}

/**
 * A group's entries as store records: `b` where a group holds a whole bundle, else `p` under the
 * sequence number the part starts with. Parts stay as they are when their bundle fills up: nothing
 * is written twice.
 */
export function entryRecords({ entries, firstSeq, bundleEnds }: Group): StoreOperation[] {
  const operations: StoreOperation[] = []
  let start = 0
  let seq = firstSeq
  for (const end of bundleEnds) {
    const key = seq % BUNDLE_EVENTS === 0 ? bundleKey(seq / BUNDLE_EVENTS) : partialKey(seq)
    operations.push({ key, value: entries.subarray(start, end) })
    start = end
    seq += BUNDLE_EVENTS - (seq % BUNDLE_EVENTS)
  }
  if (start < entries.length) {
    operations.push({ key: partialKey(seq), value: entries.subarray(start) })
  }
  return operations
}
