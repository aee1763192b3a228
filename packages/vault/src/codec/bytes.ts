const START_BYTES = 256

/** Builds canonical bytes: fixed widths, most significant byte first, blobs with their length. */
export class Writer {
  #bytes: Buffer = Buffer.alloc(START_BYTES)
  #length = 0

  uint(value: number, width: number): void {
    const at = this.#room(width)
    let rest = value
    for (let byte = width - 1; byte >= 0; byte--) {
      this.#bytes[at + byte] = rest % 256
      rest = Math.floor(rest / 256)
    }
  }

  raw(value: Uint8Array): void {
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
  }

  /** What was written; the writer must not be used any more. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #room(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#length, 2 * this.#bytes.length))
      grown.set(this.#bytes.subarray(0, at))
      // A passphrase or a token may have been written.
      this.#bytes.fill(0)
      this.#bytes = grown
    }
    return at
  }
}

/** Leaves a {@link Reader}; never leaves `decode`. */
export class Malformed extends Error {}

/** Reads what {@link Writer} wrote and nothing else. */
export class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  uint(width: number): number {
    const at = this.#take(width)
    let value = 0
    for (let byte = 0; byte < width; byte++) value = value * 256 + this.#bytes[at + byte]!
    if (!Number.isSafeInteger(value)) throw new Malformed()
    return value
  }

  /** A copy: what was received can be let go of. */
  raw(count: number): Buffer {
    const at = this.#take(count)
    return Buffer.from(this.#bytes.subarray(at, at + count))
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Malformed()
  }

  #take(count: number): number {
    const at = this.#at
    if (count > this.#bytes.length - at) throw new Malformed()
    this.#at += count
    return at
  }
}
