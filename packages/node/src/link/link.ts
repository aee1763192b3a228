import type { Connection, Stream } from '@libp2p/interface'
import { LinkFrame } from '@torusmesh/protocol'
import type { Member } from '../overlay/directory.ts'
import { withLength } from './frames.ts'

/** Beyond this much unsent data a peer is too slow for statements; beats would only add to it. */
const WRITE_BUFFER_MAX_BYTES = 1024 * 1024

/** An established link: both ends have shown their node records. */
export class Link {
  readonly member: Member
  readonly connection: Connection
  readonly openedMs: number
  /** Whether this side opened the stream: decides which of two simultaneous links stays. */
  readonly outbound: boolean
  readonly #stream: Stream
  dropped = 0

  constructor(member: Member, connection: Connection, stream: Stream, openedMs: number) {
    this.member = member
    this.connection = connection
    this.openedMs = openedMs
    this.outbound = stream.direction === 'outbound'
    this.#stream = stream
  }

  /** Sends a frame unless the peer is too slow or gone; what isn't sent is counted. */
  send(frame: LinkFrame.$Properties): boolean {
    return this.sendEncoded(encodeFrame(frame))
  }

  /** Sends a frame that {@link encodeFrame} made, so that one encoding serves many links. */
  sendEncoded(framed: Uint8Array): boolean {
    if (this.#stream.status !== 'open' || this.#stream.writeBufferLength > WRITE_BUFFER_MAX_BYTES) {
      this.dropped++
      return false
    }
    try {
      this.#stream.send(framed)
      return true
    } catch {
      // The stream closed between the check and the write; its close event follows.
      this.dropped++
      return false
    }
  }

  close(): void {
    this.connection.close().catch(error => this.connection.abort(error))
  }
}

export function encodeFrame(frame: LinkFrame.$Properties): Uint8Array {
  return withLength(LinkFrame.encode(frame).finish())
}
