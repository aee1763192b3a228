import { EngineError } from './errors.ts'
import { mix } from './random.ts'

const NONE = -1
const FIRST_HANDLES = 64
const FIRST_WORDS = 1024
/** 4 GiB of payloads at once. */
const MAX_WORDS = 2 ** 30

/** The state of a {@link PayloadArena}, structured-cloneable. */
export interface SavedArena {
  readonly words: Int32Array
  readonly capacity: number
  readonly used: number
  readonly live: number
  readonly columns: Int32Array
  readonly handles: number
  readonly freeHandle: number
}

/** Columns of a handle. */
const AT = 0
const LENGTH = 1
const REFERENCES = 2
const HASH = 3
/** The next handle of the same hash bucket, or the next free one. */
const NEXT = 4
const COLUMNS = 5

/**
 * Payloads of the events of a shard: equal words are kept once. A handle counts the pending events
 * that carry it and goes when the last of them has been handled; one that no event took goes at the
 * end of the event that interned it.
 *
 * Words are appended; once half of them are garbage the rest moves to a new array (an epoch's end).
 */
export class PayloadArena {
  #words = new Int32Array(FIRST_WORDS)
  #used = 0
  #live = 0
  #columns = new Int32Array(FIRST_HANDLES * COLUMNS)
  #buckets: Int32Array = new Int32Array(FIRST_HANDLES).fill(NONE)
  #handles = 0
  #freeHandle: number = NONE
  #fresh = new Int32Array(FIRST_HANDLES)
  #freshCount = 0
  /** By handle: made when first asked for, so that no event allocates. */
  #views: (Int32Array | undefined)[] = []

  get byteLength(): number {
    return this.#words.byteLength + this.#columns.byteLength + this.#buckets.byteLength
  }

  /** @returns the handle of these words; equal words have one handle. */
  intern(words: Int32Array): number {
    const hash = hashOf(words)
    const found = this.#find(hash, words)
    return found === NONE ? this.#add(hash, words) : found
  }

  /**
   * The words behind a handle.
   *
   * @throws {EngineError} `bad-handle`
   */
  words(handle: number): Int32Array {
    const row = this.#row(handle)
    const at = this.#columns[row + AT]!
    this.#views[handle] ??= this.#words.subarray(at, at + this.#columns[row + LENGTH]!)
    return this.#views[handle]
  }

  /** One more pending event carries this handle. */
  keep(handle: number): void {
    this.#columns[this.#row(handle) + REFERENCES]!++
  }

  /** An event that carried this handle has been handled. */
  drop(handle: number): void {
    if (--this.#columns[this.#row(handle) + REFERENCES]! === 0) this.#remove(handle)
  }

  /** Removes what was interned since the last sweep and isn't carried by an event. */
  sweep(): void {
    const count = this.#freshCount
    this.#freshCount = 0
    for (let i = 0; i < count; i++) {
      const handle = this.#fresh[i]!
      if (this.#columns[handle * COLUMNS + REFERENCES] === 0) this.#remove(handle)
    }
  }

  save(): SavedArena {
    return {
      words: this.#words.slice(0, this.#used),
      capacity: this.#words.length,
      used: this.#used,
      live: this.#live,
      columns: this.#columns.slice(),
      handles: this.#handles,
      freeHandle: this.#freeHandle
    }
  }

  restore(saved: SavedArena): void {
    this.#words = new Int32Array(saved.capacity)
    this.#words.set(saved.words)
    this.#used = saved.used
    this.#live = saved.live
    this.#columns = saved.columns.slice()
    this.#handles = saved.handles
    this.#freeHandle = saved.freeHandle
    this.#views = []
    this.#rehash()
  }

  #row(handle: number): number {
    const row = handle * COLUMNS
    if (handle >= 0 && handle < this.#handles && this.#columns[row + REFERENCES]! >= 0) return row
    throw new EngineError('bad-handle', `no event carries payload ${handle}: intern it first`)
  }

  #find(hash: number, words: Int32Array): number {
    const columns = this.#columns
    let handle = this.#buckets[hash & (this.#buckets.length - 1)]!
    while (handle !== NONE) {
      const row = handle * COLUMNS
      if (columns[row + HASH] === hash && this.#equals(row, words)) return handle
      handle = columns[row + NEXT]!
    }
    return NONE
  }

  #equals(row: number, words: Int32Array): boolean {
    if (this.#columns[row + LENGTH] !== words.length) return false
    const at = this.#columns[row + AT]!
    for (let i = 0; i < words.length; i++) if (this.#words[at + i] !== words[i]) return false
    return true
  }

  #add(hash: number, words: Int32Array): number {
    const handle = this.#allocate()
    if (this.#used + words.length > this.#words.length) this.#makeRoom(words.length)
    this.#words.set(words, this.#used)
    const row = handle * COLUMNS
    this.#columns[row + AT] = this.#used
    this.#columns[row + LENGTH] = words.length
    this.#columns[row + REFERENCES] = 0
    this.#columns[row + HASH] = hash
    this.#link(handle, hash)
    this.#used += words.length
    this.#live += words.length
    if (this.#freshCount === this.#fresh.length) this.#fresh = grown(this.#fresh)
    this.#fresh[this.#freshCount++] = handle
    return handle
  }

  #link(handle: number, hash: number): void {
    const bucket = hash & (this.#buckets.length - 1)
    this.#columns[handle * COLUMNS + NEXT] = this.#buckets[bucket]!
    this.#buckets[bucket] = handle
  }

  #allocate(): number {
    const free = this.#freeHandle
    if (free !== NONE) {
      this.#freeHandle = this.#columns[free * COLUMNS + NEXT]!
      return free
    }
    if (this.#handles * COLUMNS === this.#columns.length) {
      this.#columns = grown(this.#columns)
      this.#rehash()
    }
    return this.#handles++
  }

  #remove(handle: number): void {
    const columns = this.#columns
    const row = handle * COLUMNS
    const bucket = columns[row + HASH]! & (this.#buckets.length - 1)
    const next = columns[row + NEXT]!
    let before = this.#buckets[bucket]!
    if (before === handle) this.#buckets[bucket] = next
    else {
      while (columns[before * COLUMNS + NEXT] !== handle) before = columns[before * COLUMNS + NEXT]!
      columns[before * COLUMNS + NEXT] = next
    }
    this.#live -= columns[row + LENGTH]!
    this.#views[handle] = undefined
    columns[row + REFERENCES] = -1
    columns[row + NEXT] = this.#freeHandle
    this.#freeHandle = handle
  }

  /** Puts every handle into the bucket of its hash again; chains keep the order of handles. */
  #rehash(): void {
    this.#buckets = new Int32Array(this.#columns.length / COLUMNS).fill(NONE)
    for (let handle = 0; handle < this.#handles; handle++) {
      const row = handle * COLUMNS
      if (this.#columns[row + REFERENCES]! >= 0) this.#link(handle, this.#columns[row + HASH]!)
    }
  }

  #makeRoom(length: number): void {
    let capacity = this.#words.length
    while (capacity < (this.#live + length) * 2) capacity *= 2
    if (capacity > MAX_WORDS) {
      throw new EngineError('too-large', 'too many payload words at once: send handles of a table')
    }
    const words = new Int32Array(capacity)
    let used = 0
    for (let handle = 0; handle < this.#handles; handle++) {
      const row = handle * COLUMNS
      if (this.#columns[row + REFERENCES]! < 0 || this.#columns[row + LENGTH] === 0) continue
      const at = this.#columns[row + AT]!
      words.set(this.#words.subarray(at, at + this.#columns[row + LENGTH]!), used)
      this.#columns[row + AT] = used
      used += this.#columns[row + LENGTH]!
    }
    this.#words = words
    this.#used = used
    this.#views = []
  }
}

function hashOf(words: Int32Array): number {
  let hash = words.length
  for (let i = 0; i < words.length; i++) hash = mix(hash ^ words[i]!)
  return hash
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2)
  larger.set(array)
  return larger
}
