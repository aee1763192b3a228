import { randomBytes } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { DATAGRAM_KEY_BYTES } from '@torusmesh/protocol'
import type { DatagramOffer, DatagramOffers } from '../link/frame.ts'
import type { Link } from '../link/link.ts'
import type { DatagramFault, HealthMetrics } from '../metrics/health.ts'
import { BeatKey, readBeat } from './beat-datagram.ts'
import { BeatPath } from './beat-path.ts'
import type { BeatSocket, SocketAddress } from './beat-socket.ts'

export interface BeatsInit {
  /** `undefined`: this host beats over its links alone. */
  readonly socket: BeatSocket | undefined
  readonly monotonicMs: () => number
  readonly metrics: HealthMetrics
  /** A member lives, under this incarnation. */
  readonly heard: (member: string, incarnation: number) => void
}

/** The datagrams of one link. */
interface Lane {
  readonly link: Link
  readonly tag: number
  readonly key: BeatKey
  /** Of the last datagram heard. */
  counter: number
  /** The peer knows that its datagrams arrive. */
  isTold: boolean
  /** Towards the peer, unless its address is of a family this host has no socket for. */
  readonly outward: Outward | undefined
}

interface Outward {
  readonly to: SocketAddress
  readonly tag: number
  readonly key: BeatKey
  readonly path: BeatPath
  /** Of the last datagram sent; at one a second 32 bits last for 136 years. */
  counter: number
}

/** Sends and hears the beats of one node: over links, or as datagrams where those arrive. */
export class Beats {
  readonly #init: BeatsInit
  /** One a link at most, by the key of the member at its other end. */
  readonly #lanes = new Map<string, Lane>()
  readonly #byTag = new Map<number, Lane>()

  constructor(init: BeatsInit) {
    this.#init = init
    init.socket?.receive(datagram => this.#receive(datagram))
  }

  /** What to offer in the greeting of a link: a key and a tag for it alone. */
  offer(): DatagramOffer | undefined {
    const { socket } = this.#init
    if (socket === undefined) return undefined
    let tag: number
    do tag = randomBytes(4).readUInt32BE()
    while (this.#byTag.has(tag))
    return { port: socket.port, key: randomBytes(DATAGRAM_KEY_BYTES), tag }
  }

  /** A link opened, or took the place of an earlier one to the same member. */
  opened(link: Link, { own, theirs }: DatagramOffers): void {
    this.#forget(this.#lanes.get(link.member.key))
    if (own === undefined || theirs === undefined) return
    const lane: Lane = {
      ...{ link, tag: own.tag, key: new BeatKey(own.key), counter: 0, isTold: false },
      outward: this.#outward(link.connection, theirs)
    }
    this.#lanes.set(link.member.key, lane)
    this.#byTag.set(lane.tag, lane)
  }

  closed(link: Link): void {
    const lane = this.#lanes.get(link.member.key)
    if (lane?.link === link) this.#forget(lane)
  }

  /**
   * Sends a beat by the way that its path says.
   *
   * @param framed - the beat as a frame of a link
   */
  send(link: Link, framed: Uint8Array, incarnation: number): void {
    const { socket, monotonicMs, metrics } = this.#init
    const outward = this.#lanes.get(link.member.key)?.outward
    const way = outward?.path.beat(monotonicMs()) ?? 'link'
    if (way !== 'datagram' && link.sendEncoded(framed)) {
      metrics.heartbeats.inc({ direction: 'sent', way: 'link' })
    }
    if (outward === undefined || way === 'link') return
    const { tag, key, to } = outward
    socket?.send(key.seal({ tag, counter: ++outward.counter, incarnation }), to)
    metrics.heartbeats.inc({ direction: 'sent', way: 'datagram' })
  }

  /** The peer beats over the link: it doesn't know, or no longer trusts, that its datagrams arrive. */
  heardOverLink(link: Link, incarnation: number): void {
    const { metrics, heard } = this.#init
    metrics.heartbeats.inc({ direction: 'received', way: 'link' })
    const lane = this.#lanes.get(link.member.key)
    if (lane !== undefined) lane.isTold = false
    heard(link.member.key, incarnation)
  }

  /** The peer says that it heard a datagram. */
  confirmed(link: Link): void {
    const { monotonicMs } = this.#init
    this.#lanes.get(link.member.key)?.outward?.path.confirmed(monotonicMs())
  }

  /** The peer hears nothing of this node, and asks over the link. */
  probed(link: Link): void {
    const { monotonicMs } = this.#init
    this.#lanes.get(link.member.key)?.outward?.path.probed(monotonicMs())
  }

  /** Neither sends nor hears datagrams from now on; the port is free. */
  close(): void {
    this.#init.socket?.close()
  }

  #outward(connection: Connection, { port, tag, key }: DatagramOffer): Outward | undefined {
    const [address] = connection.remoteAddr.getComponents()
    const host = address?.value ?? ''
    if (this.#init.socket?.reaches(host) !== true) return undefined
    return { to: { host, port }, tag, key: new BeatKey(key), path: new BeatPath(), counter: 0 }
  }

  /**
   * Cheap checks first: only a live tag with a new counter costs a hash. Never answered by a datagram,
   * so that nothing is gained by forging the sender's address.
   */
  #receive(datagram: Buffer): void {
    const beat = readBeat(datagram)
    if (beat === undefined) return this.#drop('wrong-length')
    const lane = this.#byTag.get(beat.tag)
    if (lane === undefined) return this.#drop('unknown-tag')
    if (beat.counter <= lane.counter) return this.#drop('replayed')
    if (!lane.key.sealed(datagram)) return this.#drop('forged')
    lane.counter = beat.counter
    const { metrics, heard } = this.#init
    metrics.heartbeats.inc({ direction: 'received', way: 'datagram' })
    if (!lane.isTold) lane.isTold = lane.link.send({ datagramsHeard: true })
    heard(lane.link.member.key, beat.incarnation)
  }

  #drop(reason: DatagramFault): void {
    this.#init.metrics.droppedDatagrams.inc({ reason })
  }

  #forget(lane: Lane | undefined): void {
    if (lane === undefined) return
    this.#lanes.delete(lane.link.member.key)
    this.#byTag.delete(lane.tag)
  }
}
