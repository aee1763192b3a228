import { EngineError } from './errors.ts'

/** A chunk number that means none; chunk 0 is never handed out. */
const NONE = 0
const MAX_WORDS = 2 ** 31

/** Where the words live: shared when several threads read them. */
export type AllocateWords = (length: number) => Int32Array

export const ownWords: AllocateWords = length => new Int32Array(length)
export const sharedWords: AllocateWords = length =>
  new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT))

/** The state of {@link ChunkQueues}, structured-cloneable. */
export interface SavedQueues {
  readonly words: Int32Array
  readonly heads: Int32Array
  readonly ends: Int32Array
  readonly occupied: Int32Array
  readonly capacity: number
  readonly free: number
}

/**
 * Many FIFO queues of fixed-size records in one growing arena. A queue is a chain of chunks whose
 * records lie side by side, so writing and draining run through memory in order.
 *
 * A chunk is a power of two of words. Its first word is the number of the next one; the records fill
 * it to the end, so a write position on a chunk's border says that a new chunk is due.
 *
 * Hot loops read the public columns themselves:
 * ```
 * for (let chunk = queues.take(queue); chunk !== 0; chunk = queues.release(chunk)) {
 *   const { words } = queues
 *   const end = queues.endOf(chunk)
 *   for (let at = queues.startOf(chunk); at < end; at += queues.stride) use(words[at])
 * }
 * ```
 * Records may be added to other queues meanwhile.
 */
export class ChunkQueues {
  readonly stride: number
  /** Replaced as it grows; a chunk being drained stays as it is in the old one. */
  words: Int32Array
  /** First chunk of each queue. */
  readonly heads: Int32Array
  /** Write position of each queue, in words; 0 if it is empty. */
  readonly ends: Int32Array
  /** A bit for each queue that isn't empty, 32 in a word. */
  readonly occupied: Int32Array
  readonly #chunkBits: number
  readonly #header: number
  readonly #allocate: AllocateWords
  #chunks = 1
  #free: number = NONE
  #takenEnd = 0
  /** Queues that aren't empty. */
  #filled = 0

  /** @param chunkBits - a chunk has 2^chunkBits words, more than `stride` */
  constructor(stride: number, queues: number, chunkBits: number, allocate: AllocateWords) {
    this.stride = stride
    this.#chunkBits = chunkBits
    this.#header = (1 << chunkBits) % stride || stride
    this.#allocate = allocate
    this.words = allocate(4 << chunkBits)
    this.heads = allocate(queues)
    this.ends = allocate(queues)
    this.occupied = allocate((queues + 31) >>> 5)
  }

  get byteLength(): number {
    const { words, heads, ends, occupied } = this
    return words.byteLength + heads.byteLength + ends.byteLength + occupied.byteLength
  }

  /** Appends a record to a queue; the caller writes it to `words` from the position returned. */
  reserve(queue: number): number {
    let at = this.ends[queue]!
    if ((at & ((1 << this.#chunkBits) - 1)) === 0) at = this.#append(queue, at)
    this.ends[queue] = at + this.stride
    return at
  }

  /** Makes the arena as large as another was. */
  growTo(length: number): void {
    while (this.words.length < length) this.#grow()
  }

  /** Empties a queue and returns its first chunk, or 0. One queue is drained at a time. */
  take(queue: number): number {
    const head = this.heads[queue]!
    if (head === NONE) return NONE
    this.#filled--
    this.#takenEnd = this.ends[queue]!
    this.heads[queue] = NONE
    this.ends[queue] = 0
    this.occupied[queue >>> 5]! &= ~(1 << queue)
    return head
  }

  /** Where the records of a taken chunk start, in words. */
  startOf(chunk: number): number {
    return (chunk << this.#chunkBits) + this.#header
  }

  /** Where the records of a taken chunk end. */
  endOf(chunk: number): number {
    const end = (chunk + 1) << this.#chunkBits
    return this.#takenEnd <= end && this.#takenEnd > end - (1 << this.#chunkBits)
      ? this.#takenEnd
      : end
  }

  /** Gives a drained chunk back and returns the next one, or 0. */
  release(chunk: number): number {
    const link = chunk << this.#chunkBits
    const end = this.endOf(chunk)
    const next = end === this.#takenEnd ? NONE : this.words[link]!
    this.words[link] = this.#free
    this.#free = chunk
    return next
  }

  /** The first queue in `from` to `to` - 1 that isn't empty, or -1. */
  nextOccupied(from: number, to: number): number {
    if (this.#filled === 0) return -1
    for (let at = from; at < to; at = (at | 31) + 1) {
      const bits = this.occupied[at >>> 5]! >>> (at & 31)
      if (bits === 0) continue
      const queue = at + 31 - Math.clz32(bits & -bits)
      return queue < to ? queue : -1
    }
    return -1
  }

  /** Empties all queues. */
  clear(): void {
    // Other threads have the columns in their caches: nothing is written for nothing.
    if (this.#filled === 0) return
    this.#filled = 0
    this.heads.fill(NONE)
    this.ends.fill(0)
    this.occupied.fill(0)
    this.#chunks = 1
    this.#free = NONE
  }

  save(): SavedQueues {
    return {
      words: this.words.slice(0, this.#chunks << this.#chunkBits),
      heads: this.heads.slice(),
      ends: this.ends.slice(),
      occupied: this.occupied.slice(),
      capacity: this.words.length,
      free: this.#free
    }
  }

  restore(saved: SavedQueues): void {
    this.words = this.#allocate(saved.capacity)
    this.words.set(saved.words)
    this.heads.set(saved.heads)
    this.ends.set(saved.ends)
    this.occupied.set(saved.occupied)
    this.#chunks = saved.words.length >>> this.#chunkBits
    this.#free = saved.free
    this.#filled = saved.heads.reduce((sum, head) => sum + (head === NONE ? 0 : 1), 0)
  }

  #append(queue: number, end: number): number {
    const chunk = this.#allocateChunk()
    if (end === 0) {
      this.heads[queue] = chunk
      this.#filled++
      this.occupied[queue >>> 5]! |= 1 << queue
    } else {
      this.words[((end - 1) >>> this.#chunkBits) << this.#chunkBits] = chunk
    }
    return this.startOf(chunk)
  }

  #allocateChunk(): number {
    const free = this.#free
    if (free !== NONE) {
      this.#free = this.words[free << this.#chunkBits]!
      return free
    }
    if (this.#chunks << this.#chunkBits === this.words.length) this.#grow()
    return this.#chunks++
  }

  #grow(): void {
    const length = this.words.length * 2
    if (length >= MAX_WORDS) {
      throw new EngineError('too-large', 'too many events at once: take fewer nodes or more shards')
    }
    const grown = this.#allocate(length)
    grown.set(this.words)
    this.words = grown
  }
}
