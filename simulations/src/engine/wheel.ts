import { SimulationError } from '../errors.ts'

const EVENT_WORDS = 4
const CHUNK_EVENTS = 16
const CHUNK_WORDS = EVENT_WORDS * CHUNK_EVENTS
const NONE = -1

/** Handles one event: four 32-bit words whose meaning is the scenario's. */
export type EventHandler = (w0: number, w1: number, w2: number, w3: number) => void

/**
 * A timing wheel of one bucket a millisecond. A bucket is a chain of chunks of contiguous events; events
 * of one millisecond are handled in the order they were pushed, so a run repeats exactly.
 */
export class EventWheel {
  readonly #mask: number
  readonly #head: Int32Array
  readonly #tail: Int32Array
  /** Events in the tail chunk of each bucket. */
  readonly #fill: Uint8Array
  #words: Int32Array = new Int32Array(CHUNK_WORDS * 1024)
  #next: Int32Array = new Int32Array(1024)
  #chunks = 0
  #free: number = NONE
  #nowMs = 0

  /**
   * @param horizonMs - a power of two; events lie less than this ahead
   * @throws {SimulationError} `bad-setting`
   */
  constructor(horizonMs: number) {
    if (horizonMs < 2 || (horizonMs & (horizonMs - 1)) !== 0) {
      throw new SimulationError('bad-setting', 'give a horizon that is a power of two')
    }
    this.#mask = horizonMs - 1
    this.#head = new Int32Array(horizonMs).fill(NONE)
    this.#tail = new Int32Array(horizonMs).fill(NONE)
    this.#fill = new Uint8Array(horizonMs)
  }

  /** Virtual time. */
  get nowMs(): number {
    return this.#nowMs
  }

  /**
   * @param atMs - virtual time, after now and within the horizon
   * @throws {SimulationError} `beyond-horizon`
   */
  push(atMs: number, w0: number, w1: number, w2: number, w3: number): void {
    if (atMs <= this.#nowMs || atMs - this.#nowMs > this.#mask) {
      throw new SimulationError(
        'beyond-horizon',
        `event at ${atMs} ms doesn't fit at ${this.#nowMs} ms: raise the horizon`
      )
    }
    const bucket = atMs & this.#mask
    let chunk = this.#tail[bucket]!
    if (chunk === NONE || this.#fill[bucket] === CHUNK_EVENTS) chunk = this.#append(bucket)
    const at = chunk * CHUNK_WORDS + this.#fill[bucket]!++ * EVENT_WORDS
    const words = this.#words
    words[at] = w0
    words[at + 1] = w1
    words[at + 2] = w2
    words[at + 3] = w3
  }

  /** Goes one millisecond on and handles its events. Returns how many there were. */
  advance(handle: EventHandler): number {
    const bucket = ++this.#nowMs & this.#mask
    const last = this.#tail[bucket]!
    let count = 0
    for (let chunk = this.#head[bucket]!; chunk !== NONE; ) {
      const events = chunk === last ? this.#fill[bucket]! : CHUNK_EVENTS
      const end = chunk * CHUNK_WORDS + events * EVENT_WORDS
      for (let at = chunk * CHUNK_WORDS; at < end; at += EVENT_WORDS) {
        // Read anew each time: handling an event may grow the arena.
        const words = this.#words
        handle(words[at]!, words[at + 1]!, words[at + 2]!, words[at + 3]!)
      }
      count += events
      const next = this.#next[chunk]!
      this.#next[chunk] = this.#free
      this.#free = chunk
      chunk = next
    }
    this.#head[bucket] = NONE
    this.#tail[bucket] = NONE
    return count
  }

  #append(bucket: number): number {
    const chunk = this.#allocate()
    const tail = this.#tail[bucket]!
    if (tail === NONE) this.#head[bucket] = chunk
    else this.#next[tail] = chunk
    this.#next[chunk] = NONE
    this.#tail[bucket] = chunk
    this.#fill[bucket] = 0
    return chunk
  }

  #allocate(): number {
    const free = this.#free
    if (free !== NONE) {
      this.#free = this.#next[free]!
      return free
    }
    if (this.#chunks === this.#next.length) {
      this.#words = grown(this.#words)
      this.#next = grown(this.#next)
    }
    return this.#chunks++
  }
}

function grown(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
