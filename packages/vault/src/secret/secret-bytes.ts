import { randomFillSync } from 'node:crypto'
import { sodium } from './sodium.ts'

/**
 * Bytes in locked, guarded memory that nobody can read between uses: not in a core dump, not swapped,
 * zeroed when they are wiped.
 */
export class SecretBytes {
  readonly length: number
  #buffer: Buffer | undefined

  private constructor(buffer: Buffer) {
    this.length = buffer.length
    this.#buffer = buffer
  }

  /** @param fill - writes the secret into the zeroed buffer, which must not be kept */
  static create(length: number, fill: (buffer: Buffer) => void): SecretBytes {
    const buffer = sodium.sodium_malloc(length)
    buffer.fill(0)
    try {
      fill(buffer)
    } catch (error) {
      sodium.sodium_free(buffer)
      throw error
    }
    sodium.sodium_mprotect_noaccess(buffer)
    return new SecretBytes(buffer)
  }

  static random(length: number): SecretBytes {
    return SecretBytes.create(length, buffer => randomFillSync(buffer))
  }

  /** Moves bytes in: what they came in is zeroed. */
  static take(bytes: Uint8Array): SecretBytes {
    return SecretBytes.create(bytes.length, buffer => {
      buffer.set(bytes)
      sodium.sodium_memzero(bytes)
    })
  }

  /**
   * Opens the memory for reading while `read` runs. Uses don't nest.
   *
   * @param read - must neither keep the buffer nor return it
   */
  use<T>(read: (buffer: Buffer) => T): T {
    const buffer = this.#buffer
    if (buffer === undefined) throw new RangeError('this secret was wiped')
    sodium.sodium_mprotect_readonly(buffer)
    try {
      return read(buffer)
    } finally {
      sodium.sodium_mprotect_noaccess(buffer)
    }
  }

  /** Zeroes and frees the memory. */
  wipe(): void {
    const buffer = this.#buffer
    if (buffer === undefined) return
    this.#buffer = undefined
    sodium.sodium_mprotect_readwrite(buffer)
    sodium.sodium_memzero(buffer)
    sodium.sodium_free(buffer)
  }
}
