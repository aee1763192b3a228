import type { Stream } from '@libp2p/interface'

/** What a yamux 8 stream offers beyond libp2p's interface. */
interface YamuxStream extends Stream {
  readonly recvWindowCapacity: number
  readonly recvWindow: number
  sendWindowUpdate(): void
}

/**
 * Lets a stream widen its peer's window only when half of it is used.
 *
 * yamux 8 answers every data frame with a window update of its own; a beat of ten bytes then costs two
 * encrypted frames, and beats are most of what an idle mesh sends (measured: 40 % of its CPU). A
 * muxer without this method is left as it is.
 */
export function widenWindowLazily(stream: Stream): void {
  const yamux = stream as YamuxStream
  if (typeof yamux.sendWindowUpdate !== 'function') return
  const update = yamux.sendWindowUpdate.bind(yamux)
  let isAcknowledged = false
  yamux.sendWindowUpdate = () => {
    // The first one also acknowledges the stream.
    if (isAcknowledged && yamux.recvWindowCapacity >= yamux.recvWindow / 2) return
    isAcknowledged = true
    update()
  }
}
