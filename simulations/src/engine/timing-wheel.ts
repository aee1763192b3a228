import { ChunkQueues, ownWords, type SavedQueues } from './chunk-queues.ts'
import { EngineError } from './errors.ts'

/** The near wheel has a slot a tick for two epochs of 2^12 ticks: this one and the next. */
const EPOCH_BITS = 12
const EPOCH_TICKS: number = 1 << EPOCH_BITS
const NEAR_SLOTS: number = 2 * EPOCH_TICKS
/** A slot of a far level is as wide as half of the level below; each has two halves again. */
const FAR_BITS = 8
const FAR_HALF: number = 1 << FAR_BITS
const FAR_SLOTS: number = 2 * FAR_HALF
/** Width of a slot of each far level; an offset within one is a positive 32-bit word. */
const SLOT_TICKS = [2 ** 12, 2 ** 20, 2 ** 28] as const
const FAR_LEVELS: number = SLOT_TICKS.length
const FAR_CHUNK_BITS = 6

/** Words of an event. */
export type EventWords = 1 | 2 | 3 | 4

/** The state of a {@link TimingWheel}, structured-cloneable. */
export interface SavedWheel {
  readonly now: number
  readonly epoch: number
  readonly near: SavedQueues
  readonly far: SavedQueues
}

/**
 * A hierarchical timing wheel: events of one to four words, in order of their ticks, and those of one
 * tick in the order they were pushed. What a tick means is its owner's business.
 *
 * Every level covers the half of it that is now and the next one; entering a half takes the next but
 * one from the level above, before anything can be pushed there directly. So cascades keep the order.
 * The near level reaches 4,096 ticks at least, the far ones 2^36: 198 days at a quarter of a millisecond.
 */
export class TimingWheel {
  /** The present's events, one queue a tick, `tick & {@link slotMask}`. */
  readonly near: ChunkQueues
  readonly slotMask: number = NEAR_SLOTS - 1
  /** Ticks before this one are in `near`. */
  nearEnd: number = NEAR_SLOTS
  now = 0
  readonly #far: ChunkQueues
  readonly #stride: EventWords
  #epoch = 0

  /** @param chunkBits - 2^chunkBits words are allotted at once */
  constructor(stride: EventWords, chunkBits: number) {
    this.#stride = stride
    this.near = new ChunkQueues(stride, NEAR_SLOTS, chunkBits, ownWords)
    this.#far = new ChunkQueues(stride + 1, FAR_LEVELS * FAR_SLOTS, FAR_CHUNK_BITS, ownWords)
  }

  get byteLength(): number {
    return this.near.byteLength + this.#far.byteLength
  }

  /**
   * Adds an event; words past the stride are left out.
   *
   * @throws {EngineError} `not-ahead`, `beyond-horizon`, `too-large`
   */
  push(tick: number, w0: number, w1: number, w2: number, w3: number): void {
    if (!(tick > this.now)) throw notAhead(tick, this.now)
    if (tick >= this.nearEnd) {
      this.#pushFar(tick, w0, w1, w2, w3)
      return
    }
    const at = this.near.reserve(tick & (NEAR_SLOTS - 1))
    const { words } = this.near
    const stride = this.#stride
    words[at] = w0
    if (stride === 1) return
    words[at + 1] = w1
    if (stride === 2) return
    words[at + 2] = w2
    if (stride === 3) return
    words[at + 3] = w3
  }

  /** {@link push} for events of one word. */
  pushWord(tick: number, word: number): void {
    if (!(tick > this.now)) throw notAhead(tick, this.now)
    if (tick >= this.nearEnd) {
      this.#pushFar(tick, word, 0, 0, 0)
      return
    }
    const at = this.near.reserve(tick & (NEAR_SLOTS - 1))
    this.near.words[at] = word
  }

  /**
   * Goes on to the next tick before `limit` that has events; they are the caller's to take from
   * `near`. Returns false if there is none; `limit` is finite.
   */
  advance(limit: number): boolean {
    for (;;) {
      const epochEnd = (this.#epoch + 1) * EPOCH_TICKS
      const tick = this.#nextNear(this.now + 1, Math.min(epochEnd, limit))
      if (tick >= 0) {
        this.now = tick
        return true
      }
      if (epochEnd >= limit) return false
      this.now = epochEnd - 1
      this.#enter(this.#epoch + 1)
    }
  }

  /** No event is due before this tick; `Infinity` if there is none at all. */
  earliest(): number {
    const epochEnd = (this.#epoch + 1) * EPOCH_TICKS
    const tick = this.#nextNear(this.now + 1, epochEnd)
    if (tick >= 0) return tick
    const next = this.#nextNear(Math.max(this.now + 1, epochEnd), this.nearEnd)
    if (next >= 0) return next
    return this.#far.nextOccupied(0, FAR_LEVELS * FAR_SLOTS) < 0
      ? Number.POSITIVE_INFINITY
      : this.nearEnd
  }

  save(): SavedWheel {
    return { now: this.now, epoch: this.#epoch, near: this.near.save(), far: this.#far.save() }
  }

  restore(saved: SavedWheel): void {
    this.now = saved.now
    this.#epoch = saved.epoch
    this.nearEnd = (saved.epoch + 2) * EPOCH_TICKS
    this.near.restore(saved.near)
    this.#far.restore(saved.far)
  }

  /** The first tick of `from` to `to` - 1, within one epoch, that has events, or -1. */
  #nextNear(from: number, to: number): number {
    if (from >= to) return -1
    const slot = from & (NEAR_SLOTS - 1)
    const found = this.near.nextOccupied(slot, slot + (to - from))
    return found < 0 ? -1 : from + (found - slot)
  }

  #enter(epoch: number): void {
    this.#epoch = epoch
    this.nearEnd = (epoch + 2) * EPOCH_TICKS
    for (let level = FAR_LEVELS - 1; level >= 0; level--) {
      const slot = (epoch * EPOCH_TICKS) / SLOT_TICKS[level]!
      if (Number.isInteger(slot)) this.#cascade(level, slot + 1)
    }
  }

  /** Moves a slot of a far level down. */
  #cascade(level: number, slot: number): void {
    const far = this.#far
    const slotTick = slot * SLOT_TICKS[level]!
    const queue = level * FAR_SLOTS + (slot % FAR_SLOTS)
    for (let chunk = far.take(queue); chunk !== 0; chunk = far.release(chunk)) {
      const { words } = far
      const end = far.endOf(chunk)
      for (let at = far.startOf(chunk); at < end; at += far.stride) {
        const tick = slotTick + words[at]!
        this.push(tick, words[at + 1]!, words[at + 2]!, words[at + 3]!, words[at + 4]!)
      }
    }
  }

  #pushFar(tick: number, w0: number, w1: number, w2: number, w3: number): void {
    let level = 0
    while (tick >= this.#levelEnd(level)) {
      if (++level === FAR_LEVELS) {
        throw new EngineError('beyond-horizon', `tick ${tick} lies too far ahead of ${this.now}`)
      }
    }
    const width = SLOT_TICKS[level]!
    const slot = Math.floor(tick / width)
    const at = this.#far.reserve(level * FAR_SLOTS + (slot % FAR_SLOTS))
    const { words } = this.#far
    const stride = this.#stride
    words[at] = tick - slot * width
    words[at + 1] = w0
    if (stride > 1) words[at + 2] = w1
    if (stride > 2) words[at + 3] = w2
    if (stride > 3) words[at + 4] = w3
  }

  #levelEnd(level: number): number {
    const halfTicks = SLOT_TICKS[level]! * FAR_HALF
    return (Math.floor((this.#epoch * EPOCH_TICKS) / halfTicks) + 2) * halfTicks
  }
}

function notAhead(tick: number, now: number): EngineError {
  return new EngineError('not-ahead', `tick ${tick} isn't ahead of ${now}`)
}
