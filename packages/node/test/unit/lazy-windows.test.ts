import assert from 'node:assert/strict'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { type MuxerFactory, withLazyWindows } from '../../src/host/lazy-windows.ts'

interface Windowed extends Stream {
  readonly recvWindowCapacity: number
  readonly recvWindow: number
}

const MESSAGE = new Uint8Array(1_000)

/** Window that the receiving end has left after each of `count` messages, and what it started with. */
async function windowsAfter(
  muxers: MuxerFactory,
  count: number
): Promise<{ left: number[]; full: number }> {
  const [near, far] = multiaddrConnectionPair()
  const [client, server] = [near, far].map(end => muxers().createStreamMuxer(end))
  const inbound = Promise.withResolvers<Windowed>()
  server!.addEventListener('stream', ({ detail }) => inbound.resolve(detail as unknown as Windowed))
  const outbound = await client!.createStream()
  outbound.send(MESSAGE)
  const stream = await inbound.promise
  const full = stream.recvWindow
  const left: number[] = []
  const done = Promise.withResolvers<void>()
  let bytes = 0
  stream.addEventListener('message', ({ data }) => {
    bytes += data.byteLength
    // After the muxer has dealt with the frame.
    queueMicrotask(() => {
      left.push(stream.recvWindowCapacity)
      if (bytes >= count * MESSAGE.length) done.resolve()
    })
  })
  for (let sent = 1; sent < count; sent++) {
    if (!outbound.send(MESSAGE)) await new Promise(resolve => setImmediate(resolve))
  }
  await done.promise
  client!.abort(new Error('done'))
  return { left, full }
}

describe('a muxer with lazy windows', () => {
  const plain = yamux({ enableKeepAlive: false })

  it('says nothing while half a window is left', async () => {
    const { left, full } = await windowsAfter(withLazyWindows(plain), 100)
    // The first frame is answered: that acknowledges the stream.
    assert.equal(full - left.at(-1)!, 99 * MESSAGE.length)
  })

  it('fills the window again once half is used', async () => {
    const { left, full } = await windowsAfter(withLazyWindows(plain), 300)
    assert.ok(full - left.at(-1)! < 200 * MESSAGE.length)
  })

  it('differs in that from yamux itself, which answers every frame', async () => {
    const { left, full } = await windowsAfter(plain, 300)
    assert.ok(Math.min(...left) >= full - 2 * MESSAGE.length)
  })
})
