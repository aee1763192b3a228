/*
 * A frame: length of the rest (4 bytes), the request's id (4), one byte for what it is, then the
 * request or answer. An answer repeats the id; answers may overtake each other.
 */

const HEAD_BYTES = 9
const LENGTH_BYTES = 4

/** What an answer is. */
export const AnswerKind = { ok: 0, refused: 1 } as const

export interface Frame {
  readonly id: number
  /** Of a request the operation, of an answer its {@link AnswerKind}. */
  readonly kind: number
  readonly body: Buffer
}

export function encodeFrame(id: number, kind: number, body: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + body.length)
  frame.writeUInt32BE(HEAD_BYTES - LENGTH_BYTES + body.length)
  frame.writeUInt32BE(id, LENGTH_BYTES)
  frame[HEAD_BYTES - 1] = kind
  frame.set(body, HEAD_BYTES)
  return frame
}

/** Cuts a stream of bytes into frames; holds no more than one that is not complete. */
export class FrameReader {
  #held: Buffer[] = []
  #heldBytes = 0

  /**
   * @param maxBytes - longest frame allowed now
   * @returns the frames that are complete, or `undefined` for a stream that breaks the rules: hang up
   */
  push(chunk: Buffer, maxBytes: number): readonly Frame[] | undefined {
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    const frames: Frame[] = []
    while (this.#heldBytes >= LENGTH_BYTES) {
      const length = this.#peekLength()
      if (length < HEAD_BYTES - LENGTH_BYTES || length > maxBytes) return undefined
      if (this.#heldBytes < LENGTH_BYTES + length) break
      const bytes = this.#take(LENGTH_BYTES + length)
      const id = bytes.readUInt32BE(LENGTH_BYTES)
      frames.push({ id, kind: bytes[HEAD_BYTES - 1]!, body: bytes.subarray(HEAD_BYTES) })
    }
    return frames
  }

  #peekLength(): number {
    if (this.#held[0]!.length < LENGTH_BYTES) this.#held = [Buffer.concat(this.#held)]
    return this.#held[0]!.readUInt32BE(0)
  }

  #take(count: number): Buffer {
    const all = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held)
    const rest = all.subarray(count)
    this.#held = rest.length > 0 ? [rest] : []
    this.#heldBytes -= count
    return all.subarray(0, count)
  }
}
