import { type AllocateWords, ChunkQueues } from './chunk-queues.ts'

/** A letter: ticks since the window's start, node, word, a, b. */
const LETTER_WORDS = 5
const CHUNK_BITS = 6
const FIRST_LOG_WORDS = 256

/** What other threads need to read an {@link Outbox}: its columns, shared. */
export interface OutboxColumns {
  readonly letters: Int32Array
  readonly heads: Int32Array
  readonly ends: Int32Array
  /** A bit for each shard that there are letters for, 32 in a word. */
  readonly receivers: Int32Array
  readonly log: Int32Array
}

/** How large an {@link Outbox} has grown, in words. */
export interface OutboxSize {
  readonly letters: number
  readonly log: number
}

/**
 * What one shard sent to the others in one window: a queue of letters for each, and the payloads they
 * carry, in a log of (length, words …).
 */
export class Outbox {
  readonly #queues: ChunkQueues
  readonly #allocate: AllocateWords
  #log: Int32Array
  #logged = 0
  /** Counts the times that columns moved to larger arrays. */
  moves = 0

  constructor(shards: number, allocate: AllocateWords) {
    this.#queues = new ChunkQueues(LETTER_WORDS, shards, CHUNK_BITS, allocate)
    this.#log = allocate(FIRST_LOG_WORDS)
    this.#allocate = allocate
  }

  get byteLength(): number {
    return this.#queues.byteLength + this.#log.byteLength
  }

  get columns(): OutboxColumns {
    const { words, heads, ends, occupied } = this.#queues
    return { letters: words, heads, ends, receivers: occupied, log: this.#log }
  }

  get size(): OutboxSize {
    return { letters: this.#queues.words.length, log: this.#log.length }
  }

  /** Makes an empty one as large as another was. */
  growTo({ letters, log }: OutboxSize): void {
    this.#queues.growTo(letters)
    if (log > this.#log.length) this.#growLog(log)
    this.moves++
  }

  clear(): void {
    this.#queues.clear()
    this.#logged = 0
  }

  put(shard: number, ticks: number, node: number, word: number, a: number, b: number): void {
    const before = this.#queues.words
    const at = this.#queues.reserve(shard)
    const { words } = this.#queues
    if (words !== before) this.moves++
    words[at] = ticks
    words[at + 1] = node
    words[at + 2] = word
    words[at + 3] = a
    words[at + 4] = b
  }

  /** Writes a payload to the log; a letter carries the position returned. */
  log(payload: Int32Array): number {
    const at = this.#logged
    this.#logged += 1 + payload.length
    if (this.#logged > this.#log.length) {
      this.#growLog(this.#logged)
      this.moves++
    }
    this.#log[at] = payload.length
    this.#log.set(payload, at + 1)
    return at
  }

  #growLog(least: number): void {
    let { length } = this.#log
    while (length < least) length *= 2
    const log = this.#allocate(length)
    log.set(this.#log)
    this.#log = log
  }
}

/** Calls with each shard that there are letters for, in ascending order. */
export function eachReceiver({ receivers }: OutboxColumns, call: (shard: number) => void): void {
  for (let word = 0; word < receivers.length; word++) {
    for (let bits = receivers[word]!; bits !== 0; bits &= bits - 1) {
      call(word * 32 + 31 - Math.clz32(bits & -bits))
    }
  }
}

/** Takes a letter; `log` holds its payload at `b` if it has one. */
export type TakeLetter = (
  ticks: number,
  node: number,
  word: number,
  a: number,
  b: number,
  log: Int32Array
) => void

/** Reads all letters to one of its receivers, in the order they were sent; changes nothing. */
export function readLetters(outbox: OutboxColumns, shard: number, take: TakeLetter): void {
  const { letters, log } = outbox
  const lastEnd = outbox.ends[shard]!
  for (let chunk = outbox.heads[shard]!; ; ) {
    const start = chunk << CHUNK_BITS
    const isLast = (lastEnd - 1) >>> CHUNK_BITS === chunk
    const end = isLast ? lastEnd : start + (1 << CHUNK_BITS)
    for (let at = start + HEADER_WORDS; at < end; at += LETTER_WORDS) {
      const [ticks, node, word] = [letters[at]!, letters[at + 1]!, letters[at + 2]!]
      take(ticks, node, word, letters[at + 3]!, letters[at + 4]!, log)
    }
    if (isLast) return
    chunk = letters[start]!
  }
}

/** As {@link ChunkQueues} lays out its chunks. */
const HEADER_WORDS: number = (1 << CHUNK_BITS) % LETTER_WORDS || LETTER_WORDS
