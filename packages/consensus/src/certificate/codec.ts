/** 32 bytes as 64 lower-case hexadecimal digits: comparable, printable, a safe key. */
export type Digest = string

/** Length of a digest in bytes. */
export const DIGEST_BYTES = 32
/** What votes carry that are about a view alone. */
export const NO_DIGEST: Digest = '0'.repeat(2 * DIGEST_BYTES)

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const START_BYTES = 256

/** Whether a value from outside is a {@link Digest}. */
export function isDigest(value: string): boolean {
  return /^[0-9a-f]{64}$/.test(value)
}

/** Writes a digest's bytes at an offset. */
export function putDigest(target: Uint8Array, at: number, digest: Digest): void {
  for (let byte = 0; byte < DIGEST_BYTES; byte++) {
    target[at + byte] = nibble(digest, 2 * byte) * 16 + nibble(digest, 2 * byte + 1)
  }
}

/** Writes an integer from 0 to 2^53 − 1 as 8 bytes, most significant first. */
export function putU64(target: Uint8Array, at: number, value: number): void {
  let rest = value
  for (let byte = 7; byte >= 0; byte--) {
    target[at + byte] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

/** The digest that 32 bytes are. */
export function toDigest(bytes: Uint8Array): Digest {
  let digest = ''
  for (let at = 0; at < DIGEST_BYTES; at++) digest += HEX[bytes[at]!]
  return digest
}

function nibble(digest: Digest, at: number): number {
  const code = digest.charCodeAt(at)
  return code < 0x40 ? code - 0x30 : code - 0x57
}

/** Builds canonical bytes: fixed widths, most significant byte first, lists and blobs with their length. */
export class Writer {
  private bytes = new Uint8Array(START_BYTES)
  private length = 0

  u8(value: number): this {
    // Room may be a new array: ask for it before naming the array.
    const at = this.room(1)
    this.bytes[at] = value
    return this
  }

  u32(value: number): this {
    const at = this.room(4)
    for (let byte = 0; byte < 4; byte++) this.bytes[at + byte] = value >>> (24 - 8 * byte)
    return this
  }

  u64(value: number): this {
    const at = this.room(8)
    putU64(this.bytes, at, value)
    return this
  }

  digest(value: Digest): this {
    const at = this.room(DIGEST_BYTES)
    putDigest(this.bytes, at, value)
    return this
  }

  blob(value: Uint8Array): this {
    this.u32(value.length)
    const at = this.room(value.length)
    this.bytes.set(value, at)
    return this
  }

  /** The length, then each entry. */
  list<T>(values: readonly T[], write: (value: T) => void): this {
    this.u32(values.length)
    for (const value of values) write(value)
    return this
  }

  /** One byte that says whether there is a value, then the value. */
  optional<T>(value: T | null, write: (value: T) => void): this {
    this.u8(value === null ? 0 : 1)
    if (value !== null) write(value)
    return this
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length)
  }

  private room(count: number): number {
    const at = this.length
    this.length += count
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.bytes.length))
      grown.set(this.bytes.subarray(0, at))
      this.bytes = grown
    }
    return at
  }
}

/** Leaves a {@link Reader}; never leaves {@link decode}. */
class Malformed extends Error {}

/** Reads what {@link Writer} wrote and nothing else: every value has one encoding. */
export class Reader {
  private readonly bytes: Uint8Array
  private at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  u8(): number {
    return this.bytes[this.take(1)]!
  }

  u32(): number {
    return this.integer(4)
  }

  u64(): number {
    const value = this.integer(8)
    return Number.isSafeInteger(value) ? value : fail()
  }

  digest(): Digest {
    const at = this.take(DIGEST_BYTES)
    return toDigest(this.bytes.subarray(at, at + DIGEST_BYTES))
  }

  /** A copy: what was received can be let go of. */
  blob(maxBytes: number): Uint8Array {
    const length = this.u32()
    if (length > maxBytes) fail()
    const at = this.take(length)
    return this.bytes.slice(at, at + length)
  }

  list<T>(maxCount: number, read: () => T): T[] {
    const count = this.u32()
    if (count > maxCount) fail()
    const values: T[] = []
    for (let index = 0; index < count; index++) values.push(read())
    return values
  }

  optional<T>(read: () => T): T | null {
    const present = this.u8()
    if (present > 1) fail()
    return present === 1 ? read() : null
  }

  /** The value, if it passes; the whole message is malformed otherwise. */
  check<T>(value: T, isValid: boolean): T {
    return isValid ? value : fail()
  }

  end(): void {
    if (this.at !== this.bytes.length) fail()
  }

  private take(count: number): number {
    const at = this.at
    if (count > this.bytes.length - at) fail()
    this.at += count
    return at
  }

  private integer(width: number): number {
    const at = this.take(width)
    let value = 0
    for (let byte = 0; byte < width; byte++) value = value * 256 + this.bytes[at + byte]!
    return value
  }
}

/** Reads all of `bytes`; `null` if they are not exactly one value. Never throws on bytes from outside. */
export function decode<T>(bytes: Uint8Array, read: (reader: Reader) => T): T | null {
  const reader = new Reader(bytes)
  try {
    const value = read(reader)
    reader.end()
    return value
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

function fail(): never {
  throw new Malformed()
}
