import {
  type AbortOptions,
  type Connection,
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  type MultiaddrConnection,
  type Transport,
  transportSymbol,
  type Upgrader,
  type UpgraderOptions
} from '@libp2p/interface'
import { AbstractMultiaddrConnection, type SendResult } from '@libp2p/utils'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { Uint8ArrayList } from 'uint8arraylist'
import { DelayLine, Lane, type LineClock } from './delay-line.ts'

/** Stands between a host and its sockets. */
export interface Wire {
  transport<C>(factory: (components: C) => Transport): (components: C) => Transport
  /** Does something at the address of a peer that takes a round trip besides. */
  roundTrip<T>(address: string, task: () => Promise<T>): Promise<T>
}

export interface DelayedWireInit {
  /** This host's index. */
  readonly self: number
  /** Hosts of the mesh, all of them behind such a wire. */
  readonly hosts: number
  /** What a byte takes from one host to another, by their indices. */
  readonly oneWayMs: (from: number, to: number) => number
  readonly indexOf: (peer: string) => number | undefined
  readonly clock?: LineClock
}

/**
 * Lets what others send to this host arrive late. A dial takes a round trip, whatever comes of it;
 * bytes, and the end of a connection, take one way, in order.
 *
 * It is the receiver that waits: what a host has sent stays sent when its process dies.
 */
export function createDelayedWire(init: DelayedWireInit): Wire {
  const wire = new DelayedWire(init)
  return {
    transport: factory => components => new DelayedTransport(factory(components), wire),
    roundTrip: (address, task) => wire.roundTrip(multiaddr(address), task)
  }
}

/** By this the dialler says who it is, before anything else: its index, big-endian. */
const GREETING_BYTES = 4

class DelayedWire {
  readonly line: DelayLine
  readonly #init: DelayedWireInit

  constructor(init: DelayedWireInit) {
    this.line = new DelayLine(init.clock)
    this.#init = init
  }

  get greeting(): Uint8Array {
    const bytes = new Uint8Array(GREETING_BYTES)
    new DataView(bytes.buffer).setUint32(0, this.#init.self)
    return bytes
  }

  /** @returns the delay of what comes from the host with this index, `undefined` if there is none */
  fromMs(index: number): number | undefined {
    const { self, hosts, oneWayMs } = this.#init
    return index < hosts ? oneWayMs(index, self) : undefined
  }

  /** @throws if the address is no host's of the mesh */
  indexAt(address: Multiaddr): number {
    const peer = address.getComponents().findLast(({ name }) => name === 'p2p')?.value
    const index = peer === undefined ? undefined : this.#init.indexOf(peer)
    if (index === undefined) throw new Error(`no delay is known to ${address}`)
    return index
  }

  async roundTrip<T>(address: Multiaddr, task: () => Promise<T>): Promise<T> {
    const index = this.indexAt(address)
    await this.there(index)
    try {
      return await task()
    } finally {
      await this.back(index)
    }
  }

  there(index: number): Promise<void> {
    return this.#after(this.#init.oneWayMs(this.#init.self, index))
  }

  back(index: number): Promise<void> {
    return this.#after(this.#init.oneWayMs(index, this.#init.self))
  }

  #after(delayMs: number): Promise<void> {
    return new Promise(resolve => this.line.add(new Lane(), delayMs, resolve))
  }
}

class DelayedTransport implements Transport {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = 'delayed'
  readonly #inner: Transport
  readonly #wire: DelayedWire

  constructor(inner: Transport, wire: DelayedWire) {
    this.#inner = inner
    this.#wire = wire
  }

  async dial(address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    const wire = this.#wire
    const index = wire.indexAt(address)
    let connected = false
    const upgrader = wrapped(options.upgrader, async connection => {
      connected = true
      await wire.back(index)
      connection.send(wire.greeting)
      return new DelayedConnection(connection, wire, wire.fromMs(index))
    })
    await wire.there(index)
    try {
      return await this.#inner.dial(address, { ...options, upgrader })
    } catch (error) {
      // A refusal comes back as slowly as an answer.
      if (!connected) await wire.back(index)
      throw error
    }
  }

  createListener(options: CreateListenerOptions): Listener {
    const wire = this.#wire
    const upgrader = wrapped(
      options.upgrader,
      async connection => new DelayedConnection(connection, wire, undefined)
    )
    return this.#inner.createListener({ ...options, upgrader })
  }

  listenFilter(addresses: Multiaddr[]): Multiaddr[] {
    return this.#inner.listenFilter(addresses)
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return this.#inner.dialFilter(addresses)
  }
}

type Wrap = (connection: MultiaddrConnection) => Promise<MultiaddrConnection>

function wrapped(upgrader: Upgrader, wrap: Wrap): Upgrader {
  return {
    upgradeOutbound: async (connection: MultiaddrConnection, options: UpgraderOptions) =>
      await upgrader.upgradeOutbound(await wrap(connection), options),
    upgradeInbound: async (connection: MultiaddrConnection, options: UpgraderOptions) =>
      await upgrader.upgradeInbound(await wrap(connection), options),
    createInboundAbortSignal: signal => upgrader.createInboundAbortSignal(signal),
    getStreamMuxers: () => upgrader.getStreamMuxers(),
    getConnectionEncrypters: () => upgrader.getConnectionEncrypters()
  }
}

/** Beyond this the socket is read no further, until some of it has arrived. */
const MAX_HELD_BYTES = 1024 * 1024

class DelayedConnection extends AbstractMultiaddrConnection {
  readonly #inner: MultiaddrConnection
  readonly #wire: DelayedWire
  readonly #lane = new Lane()
  readonly #unread = new Uint8ArrayList()
  /** `undefined` until the dialler has said who it is. */
  #delayMs: number | undefined
  #heldBytes = 0
  #isFull = false

  constructor(inner: MultiaddrConnection, wire: DelayedWire, delayMs: number | undefined) {
    const { log, direction, remoteAddr } = inner
    super({ log, direction, remoteAddr })
    this.#inner = inner
    this.#wire = wire
    this.#delayMs = delayMs
    inner.addEventListener('message', ({ data }) => this.#received(data))
    inner.addEventListener('drain', () => this.safeDispatchEvent('drain'))
    inner.addEventListener('close', ({ error }) =>
      wire.line.add(this.#lane, this.#delayMs ?? 0, () => this.onTransportClosed(error))
    )
    this.addEventListener('close', () => wire.line.clear(this.#lane))
  }

  sendData(data: Uint8ArrayList): SendResult {
    const sentBytes = data.byteLength
    // The other end is gone, and this host can't know it yet.
    if (this.#inner.status !== 'open') return { sentBytes, canSendMore: true }
    return { sentBytes, canSendMore: this.#inner.send(data) }
  }

  async sendClose(options?: AbortOptions): Promise<void> {
    await this.#inner.close(options)
  }

  sendReset(error: Error): void {
    this.#inner.abort(error)
  }

  sendPause(): void {
    this.#wire.line.hold(this.#lane)
  }

  sendResume(): void {
    this.#wire.line.release(this.#lane)
  }

  #received(data: Uint8Array | Uint8ArrayList): void {
    if (this.#delayMs !== undefined) return this.#delay(data, this.#delayMs)
    this.#unread.append(data)
    if (this.#unread.byteLength < GREETING_BYTES) return
    this.#delayMs = this.#wire.fromMs(this.#unread.getUint32(0))
    if (this.#delayMs === undefined) return this.abort(new Error('a greeting of no host'))
    const rest = this.#unread.sublist(GREETING_BYTES)
    this.#unread.consume(this.#unread.byteLength)
    if (rest.byteLength > 0) this.#delay(rest, this.#delayMs)
  }

  #delay(data: Uint8Array | Uint8ArrayList, delayMs: number): void {
    const { byteLength } = data
    this.#heldBytes += byteLength
    this.#readOn()
    this.#wire.line.add(this.#lane, delayMs, () => {
      this.#heldBytes -= byteLength
      this.onData(data)
      this.#readOn()
    })
  }

  /** Reads the socket or lets it be, as there is room. */
  #readOn(): void {
    const isFull = this.#heldBytes >= MAX_HELD_BYTES
    if (isFull === this.#isFull || this.#inner.status !== 'open') return
    this.#isFull = isFull
    if (isFull) this.#inner.pause()
    else this.#inner.resume()
  }
}
