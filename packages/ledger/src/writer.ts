import { ENTRY_LENGTH_BYTES } from './bundle.ts'
import { type EventInput, TICKS_PER_MS, writeEvent } from './event.ts'
import { bundleKey, partialKey, STATE_KEY, tileKey } from './keys.ts'
import { BUNDLE_EVENTS, EVENT_HEADER_BYTES } from './limits.ts'
import { type Hash, leafHashInPlace } from './merkle/hash.ts'
import { fullTiles } from './merkle/tile.ts'
import type { Tree } from './merkle/tree.ts'
import { encodeState, type LedgerState } from './state.ts'
import type { StoreOperation } from './store.ts'

/** Where a log ends, as a writer needs to know it to go on. */
export interface LogEnd {
  readonly tree: Tree
  readonly head: Hash
  readonly timeMs: number
  readonly tick: number
  readonly checkpointSize: number
  /** Entries of the partial bundle, and the keys of the groups that hold them. */
  readonly partial: Buffer
  readonly partialSeqs: readonly number[]
}

/** A group of events ready for the store: one batch, and where the log stands after it. */
export interface Group {
  readonly operations: StoreOperation[]
  readonly state: LedgerState
}

const IDLE_BUFFER_BYTES = 16 * 1024

/**
 * Turns events into store records. Everything happens as an event is added – bytes, chain, tree – so that a
 * group is ready the moment the disk is.
 *
 * One buffer holds the entries of the partial bundle, stored or not, and all that follow: a bundle is always a
 * slice of it.
 */
export class Writer {
  #buffer: Buffer
  #used: number
  /** Bytes and events that earlier groups took. */
  #storedBytes: number
  #storedEvents: number
  /** Where the bundles end that were completed since the last group. */
  #bundleEnds: number[] = []
  /** Keys of the groups in the store that a full bundle will replace. */
  #partialSeqs: number[]
  #tiles: StoreOperation[] = []
  readonly #tree: Tree
  #head: Hash
  #timeMs: number
  #tick: number
  #checkpointSize: number

  constructor(end: LogEnd) {
    this.#buffer = Buffer.alloc(Math.max(end.partial.length, IDLE_BUFFER_BYTES))
    this.#buffer.set(end.partial)
    this.#used = end.partial.length
    this.#storedBytes = end.partial.length
    this.#storedEvents = end.tree.size
    this.#partialSeqs = [...end.partialSeqs]
    this.#tree = end.tree.clone({
      onTile: (level, index, tile) => this.#tiles.push({ key: tileKey(level, index), value: tile })
    })
    this.#head = end.head
    this.#timeMs = end.timeMs
    this.#tick = end.tick
    this.#checkpointSize = end.checkpointSize
  }

  /** Events added, stored or not. */
  get size(): number {
    return this.#tree.size
  }

  /** Bytes of entries that no group has taken yet. */
  get waitingBytes(): number {
    return this.#used - this.#storedBytes
  }

  /** Hybrid time of the last event, in ms. */
  get timeMs(): number {
    return this.#timeMs
  }

  /** Adds an event whose fields have been checked, at the clock's `nowMs`; returns its sequence number. */
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

  /** Whether tile `index` of `level` is full by now, so that a partial one must not replace it. */
  isFull(level: number, index: number): boolean {
    return index < fullTiles(level, this.size)
  }

  /**
   * Everything added since the last group, as one batch. Values point into the writer's memory: hand the batch
   * to the store, which copies it, then call {@link release}.
   */
  group(): Group {
    const operations = [...this.#bundles(), ...this.#tiles]
    const state: LedgerState = {
      size: this.#tree.size,
      checkpointSize: this.#checkpointSize,
      timeMs: this.#timeMs,
      tick: this.#tick,
      head: this.#head,
      nodes: this.#tree.nodes()
    }
    operations.push({ key: STATE_KEY, value: encodeState(state) })
    return { operations, state }
  }

  /** Lets go of what the last {@link group} took, but for the partial bundle. */
  release(): void {
    const start = this.#bundleEnds.at(-1) ?? 0
    const kept = this.#used - start
    const idle = this.#buffer.length > IDLE_BUFFER_BYTES && this.#used < this.#buffer.length / 4
    const bytes = idle ? Buffer.alloc(Math.max(kept, IDLE_BUFFER_BYTES)) : this.#buffer
    this.#buffer.copy(bytes, 0, start, this.#used)
    this.#buffer = bytes
    this.#used = kept
    this.#storedBytes = kept
    this.#storedEvents = this.#tree.size
    this.#bundleEnds = []
    this.#tiles = []
  }

  #bundles(): StoreOperation[] {
    const operations: StoreOperation[] = []
    let start = 0
    let index = Math.floor(this.#storedEvents / BUNDLE_EVENTS)
    for (const end of this.#bundleEnds) {
      operations.push({ key: bundleKey(index++), value: this.#buffer.subarray(start, end) })
      start = end
    }
    if (start > 0) {
      for (const seq of this.#partialSeqs) operations.push({ key: partialKey(seq) })
      this.#partialSeqs = []
    }
    const from = Math.max(start, this.#storedBytes)
    if (from < this.#used) {
      const seq = Math.max(index * BUNDLE_EVENTS, this.#storedEvents)
      operations.push({ key: partialKey(seq), value: this.#buffer.subarray(from, this.#used) })
      this.#partialSeqs.push(seq)
    }
    return operations
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return
    const larger = Buffer.alloc(Math.max(bytes, 2 * this.#buffer.length))
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
