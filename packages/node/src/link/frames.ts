import type { Stream } from '@libp2p/interface'
import { FRAME_MAX_BYTES } from '@torusmesh/protocol'
import { Uint8ArrayList } from 'uint8arraylist'

const LENGTH_BYTES = 4

/** Puts a big-endian u32 length before `frame`. */
export function withLength(frame: Uint8Array): Uint8Array {
  const framed = new Uint8Array(LENGTH_BYTES + frame.length)
  new DataView(framed.buffer).setUint32(0, frame.length)
  framed.set(frame, LENGTH_BYTES)
  return framed
}

/** Cuts a stream's bytes into frames; what waits for its rest is kept as it came, never re-copied. */
export class FrameReader {
  readonly #onFrame: (frame: Uint8Array) => void
  readonly #pending = new Uint8ArrayList()

  constructor(onFrame: (frame: Uint8Array) => void) {
    this.#onFrame = onFrame
  }

  /** @returns `false` once the peer announced a frame longer than {@link FRAME_MAX_BYTES}. */
  push(chunk: Uint8Array | Uint8ArrayList): boolean {
    this.#pending.append(chunk)
    while (this.#pending.length >= LENGTH_BYTES) {
      const length = this.#pending.getUint32(0)
      if (length > FRAME_MAX_BYTES) return false
      if (this.#pending.length < LENGTH_BYTES + length) break
      const frame = this.#pending.subarray(LENGTH_BYTES, LENGTH_BYTES + length)
      this.#pending.consume(LENGTH_BYTES + length)
      this.#onFrame(frame)
    }
    return true
  }
}

/** Feeds what arrives on `stream` to `onFrame`; aborts the stream when a frame is too long. */
export function readFrames(stream: Stream, onFrame: (frame: Uint8Array) => void): void {
  const reader = new FrameReader(onFrame)
  stream.addEventListener('message', event => {
    if (!reader.push(event.data)) stream.abort(new Error('frame too long'))
  })
}
