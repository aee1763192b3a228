import assert from 'node:assert/strict'
import {
  type Connection,
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  type MultiaddrConnection,
  type Transport,
  transportSymbol,
  type Upgrader
} from '@libp2p/interface'
import { AbstractMultiaddrConnection, type SendResult } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Uint8ArrayList } from 'uint8arraylist'
import { createDelayedWire, type Wire } from '../../src/host/delayed-transport.ts'
import { quietLogger } from '../../src/host/quiet-logger.ts'
import { FakeLineClock } from './support/line-clock.ts'

const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5'
const PEER_ADDRESS = `/ip4/127.0.0.1/tcp/4001/p2p/${PEER}`
/** From host 0 to host 1 and back. */
const THERE_MS = 30
const BACK_MS = 50
const MIB = 1024 * 1024

/** A socket whose far end is the test. */
class FakeSocket extends AbstractMultiaddrConnection {
  readonly sent: string[] = []
  canSendMore = true
  reads = true

  constructor() {
    const remoteAddr = multiaddr('/ip4/127.0.0.1/tcp/40000')
    super({ remoteAddr, direction: 'inbound', log: quietLogger.forComponent('test') })
  }

  arrive(bytes: Uint8Array | string): void {
    this.onData(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  }

  end(error?: Error): void {
    this.onTransportClosed(error)
  }

  drain(): void {
    this.canSendMore = true
    this.safeDispatchEvent('drain')
  }

  sendData(data: Uint8ArrayList): SendResult {
    this.sent.push(Buffer.from(data.subarray()).toString())
    return { sentBytes: data.byteLength, canSendMore: this.canSendMore }
  }

  async sendClose(): Promise<void> {}
  sendReset(): void {}

  sendPause(): void {
    this.reads = false
  }

  sendResume(): void {
    this.reads = true
  }
}

/** Hands the socket it was given to the upgrader of whoever dials or listens. */
class FakeTransport implements Transport {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = 'fake'
  upgrader: Upgrader | undefined
  dials: () => Promise<FakeSocket> = () => Promise.reject(new Error('refused'))

  async dial(_: Multiaddr, { upgrader, signal }: DialTransportOptions): Promise<Connection> {
    return await upgrader.upgradeOutbound(await this.dials(), { signal })
  }

  createListener({ upgrader }: CreateListenerOptions): Listener {
    this.upgrader = upgrader
    return undefined as unknown as Listener
  }

  listenFilter = (addresses: Multiaddr[]): Multiaddr[] => addresses
  dialFilter = (addresses: Multiaddr[]): Multiaddr[] => addresses
}

interface World {
  readonly clock: FakeLineClock
  readonly inner: FakeTransport
  readonly wire: Wire
  readonly transport: Transport
  /** What came through, with its time. */
  readonly told: string[]
  readonly upgrader: Upgrader
  upgraded: MultiaddrConnection | undefined
}

/** Host 0 of two. */
function createWorld(): World {
  const clock = new FakeLineClock()
  const told: string[] = []
  const inner = new FakeTransport()
  const wire = createDelayedWire({
    ...{ self: 0, hosts: 2, clock },
    oneWayMs: from => (from === 0 ? THERE_MS : BACK_MS),
    indexOf: peer => (peer === PEER ? 1 : undefined)
  })
  const tell = (what: string): void => {
    told.push(`${clock.nowMs()} ${what}`)
  }
  const upgrade = async (connection: MultiaddrConnection): Promise<Connection> => {
    world.upgraded = connection
    tell('upgraded')
    connection.addEventListener('message', ({ data }) =>
      tell(Buffer.from(data.subarray()).toString().slice(0, 20))
    )
    connection.addEventListener('close', ({ error }) => tell(`closed ${error?.message ?? ''}`))
    return connection as unknown as Connection
  }
  const world: World = {
    ...{ clock, inner, wire, told, upgraded: undefined },
    transport: wire.transport(() => inner)(undefined),
    upgrader: { upgradeOutbound: upgrade, upgradeInbound: upgrade } as unknown as Upgrader
  }
  return world
}

const greeting = (index: number): Uint8Array => Uint8Array.of(0, 0, 0, index)
/** Lets what was awaited go on. */
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

async function accept(world: World): Promise<FakeSocket> {
  const socket = new FakeSocket()
  world.transport.createListener({ upgrader: world.upgrader })
  const { signal } = new AbortController()
  await world.inner.upgrader!.upgradeInbound(socket, { signal })
  return socket
}

describe('a transport that delays', () => {
  it('lets bytes of the peer that greets arrive after its delay, in order', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.arrive(greeting(1).subarray(0, 3))
    socket.arrive(Buffer.concat([greeting(1).subarray(3), Buffer.from('one')]))
    world.clock.pass(20)
    socket.arrive('two')
    world.clock.pass(100)
    assert.deepEqual(world.told, ['0 upgraded', '50 one', '70 two'])
  })

  it('sends at once: who receives waits', async () => {
    const world = createWorld()
    const socket = await accept(world)
    world.upgraded!.send(Buffer.from('hello'))
    assert.deepEqual(socket.sent, ['hello'])
  })

  it('passes on that the socket is full, and that it drained', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.canSendMore = false
    assert.equal(world.upgraded!.send(Buffer.from('a')), false)
    let drained = 0
    world.upgraded!.addEventListener('drain', () => drained++)
    socket.drain()
    assert.equal(drained, 1)
  })

  it('reads no further while a megabyte is on its way', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.arrive(greeting(1))
    socket.arrive(new Uint8Array(MIB - 1))
    assert.equal(socket.reads, true)
    socket.arrive('x')
    assert.equal(socket.reads, false)
    world.clock.pass(BACK_MS)
    assert.equal(socket.reads, true)
  })

  it('keeps back what a reader that pauses is yet to get', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.arrive(greeting(1))
    socket.arrive('one')
    world.upgraded!.pause()
    world.clock.pass(200)
    assert.deepEqual(world.told, ['0 upgraded'])
    world.upgraded!.resume()
    world.clock.pass(1)
    assert.deepEqual(world.told, ['0 upgraded', '200 one'])
  })

  it('tells of the end of a connection as late as of bytes, and after them', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.arrive(greeting(1))
    socket.arrive('last words')
    socket.end(new Error('reset'))
    world.clock.pass(BACK_MS - 1)
    world.upgraded!.send(Buffer.from('to nobody'))
    world.clock.pass(100)
    assert.deepEqual(world.told, ['0 upgraded', '50 last words', '50 closed reset'])
    assert.deepEqual(socket.sent, [])
  })

  it('closes the socket at once, and hears nothing of it any more', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.arrive(greeting(1))
    socket.arrive('late')
    await world.upgraded!.close()
    assert.equal(socket.status, 'closed')
    world.clock.pass(100)
    assert.deepEqual(world.told, ['0 upgraded', '0 closed '])
    assert.equal(world.clock.pending, 0)
  })

  it('refuses a greeting of a host there is none of', async () => {
    const world = createWorld()
    const socket = await accept(world)
    socket.arrive(greeting(2))
    assert.equal(socket.status, 'aborted')
    assert.deepEqual(world.told, ['0 upgraded', '0 closed a greeting of no host'])
  })

  it('takes a round trip to dial, then greets', async () => {
    const world = createWorld()
    const socket = new FakeSocket()
    world.inner.dials = () => Promise.resolve(socket)
    const { signal } = new AbortController()
    const dialled = world.transport.dial(multiaddr(PEER_ADDRESS), {
      signal,
      upgrader: world.upgrader
    })
    world.clock.pass(THERE_MS)
    await settle()
    world.clock.pass(BACK_MS)
    await dialled
    assert.deepEqual(world.told, ['80 upgraded'])
    assert.deepEqual(socket.sent, ['\0\0\0\0'])
    socket.arrive('answer')
    world.clock.pass(BACK_MS)
    assert.deepEqual(world.told, ['80 upgraded', '130 answer'])
  })

  it('takes a round trip to be refused, by a dial or a knock', async () => {
    const world = createWorld()
    const { signal } = new AbortController()
    const tries = [
      world.transport.dial(multiaddr(PEER_ADDRESS), { signal, upgrader: world.upgrader }),
      world.wire.roundTrip(PEER_ADDRESS, () => Promise.reject(new Error('refused')))
    ]
    const endedMs: number[] = []
    const ended = tries.map(attempt =>
      assert
        .rejects(attempt, { message: 'refused' })
        .finally(() => endedMs.push(world.clock.nowMs()))
    )
    world.clock.pass(THERE_MS)
    await settle()
    world.clock.pass(BACK_MS)
    await Promise.all(ended)
    assert.deepEqual(endedMs, [80, 80])
  })

  it('dials nobody whose delay it does not know', async () => {
    const world = createWorld()
    const { signal } = new AbortController()
    const dial = world.transport.dial(multiaddr('/ip4/127.0.0.1/tcp/4001'), {
      signal,
      upgrader: world.upgrader
    })
    await assert.rejects(dial, { message: 'no delay is known to /ip4/127.0.0.1/tcp/4001' })
  })
})
