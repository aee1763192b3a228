import type { Connection, Stream } from '@libp2p/interface'
import type { Host } from '../host/create-host.ts'
import type { Member } from '../overlay/directory.ts'
import { type DatagramOffer, type DatagramOffers, type Frame, openFrame } from './frame.ts'
import { readFrames } from './frames.ts'
import { encodeFrame, Link } from './link.ts'

export const LINK_PROTOCOL = '/torusmesh/link/1'

const HELLO_TIMEOUT_MS = 10_000
/** Frames that may wait while the peer's record is verified. */
const MAX_EARLY_FRAMES = 32

export interface LinkEvents {
  /** This node's own record, encoded and signed. */
  ownRecord(): Uint8Array
  /** How this node takes the beats of a new link as datagrams, if it does. */
  offer(): DatagramOffer | undefined
  /** Verifies a peer's record; `undefined` refuses the link. */
  admit(record: Uint8Array, peer: string): Promise<Member | undefined>
  opened(link: Link, offers: DatagramOffers): void
  frame(link: Link, frame: Frame): void
  /** What no link starts with, or a frame that doesn't decode: the peer should know better. */
  malformed(peer: string): void
  closed(link: Link): void
}

/** Opens, accepts and keeps the links of one node: at most one a member. */
export class LinkService {
  readonly links: ReadonlyMap<string, Link>
  readonly #links = new Map<string, Link>()
  readonly #host: Host
  readonly #selfKey: string
  readonly #events: LinkEvents
  readonly #nowMs: () => number
  #stopped = false

  constructor(host: Host, selfKey: string, nowMs: () => number, events: LinkEvents) {
    this.#host = host
    this.#selfKey = selfKey
    this.#nowMs = nowMs
    this.#events = events
    this.links = this.#links
  }

  async start(): Promise<void> {
    await this.#host.handle(
      LINK_PROTOCOL,
      async (stream, connection) => {
        await this.#greet(stream, connection).catch(error => stream.abort(error))
      },
      { maxInboundStreams: 2, maxOutboundStreams: 2 }
    )
  }

  /** No link opens, and no event is told, from now on. */
  stop(): void {
    this.#stopped = true
  }

  /** Opens a link over a connection; resolves once both records are verified. */
  async open(connection: Connection, signal: AbortSignal): Promise<Link> {
    const stream = await connection.newStream(LINK_PROTOCOL, { signal })
    return await this.#greet(stream, connection)
  }

  #greet(stream: Stream, connection: Connection): Promise<Link> {
    const { promise, resolve, reject } = Promise.withResolvers<Link>()
    const early: Frame[] = []
    let link: Link | undefined
    let greeted = false
    const own = this.#events.offer()
    const timer = setTimeout(() => refuse('no hello in time'), HELLO_TIMEOUT_MS)
    const refuse = (why: string): void => {
      clearTimeout(timer)
      const error = new Error(`link refused: ${why}`)
      stream.abort(error)
      reject(error)
    }
    const peer = connection.remotePeer.toString()
    const refuseMalformed = (why: string): void => {
      this.#events.malformed(peer)
      refuse(why)
    }
    const admit = async (record: Uint8Array, theirs?: DatagramOffer | null): Promise<void> => {
      const member = await this.#events.admit(record, peer)
      clearTimeout(timer)
      if (member === undefined) return refuse('record not accepted')
      if (stream.status !== 'open' || this.#stopped) return refuse('closed while greeting')
      const opened = new Link(member, connection, stream, this.#nowMs())
      if (!this.#keep(opened, { own, theirs: theirs ?? undefined })) return refuse('already linked')
      link = opened
      resolve(opened)
      for (const frame of early.splice(0)) this.#events.frame(opened, frame)
    }
    readFrames(stream, bytes => {
      const frame = openFrame(bytes)
      if (this.#stopped) return
      if (!frame.ok) {
        return link === undefined ? refuseMalformed('malformed') : this.#events.malformed(peer)
      }
      if (link !== undefined) return this.#events.frame(link, frame.value)
      if (!greeted) {
        greeted = true
        const { record, datagrams } = frame.value
        if (record == null) return refuseMalformed('no record first')
        admit(record, datagrams).catch(error => refuse(String(error)))
      } else if (early.length < MAX_EARLY_FRAMES) early.push(frame.value)
    })
    stream.addEventListener('close', () => {
      if (link === undefined) refuse('closed while greeting')
      else this.#forget(link)
    })
    try {
      stream.send(encodeFrame({ record: this.#events.ownRecord(), datagrams: own ?? null }))
    } catch {
      // The other end closed first; whoever waits for the link hears of it like of any refusal.
      refuse('closed while greeting')
    }
    return promise
  }

  /** Of two links to one member the one stays that the member with the lower id opened. */
  #keep(link: Link, offers: DatagramOffers): boolean {
    const before = this.#links.get(link.member.key)
    if (before !== undefined) {
      const lowerOpened = this.#selfKey < link.member.key
      if (before.outbound === lowerOpened && before.outbound !== link.outbound) return false
      this.#links.set(link.member.key, link)
      this.#events.opened(link, offers)
      if (before.connection.id !== link.connection.id) before.close()
      return true
    }
    this.#links.set(link.member.key, link)
    this.#events.opened(link, offers)
    return true
  }

  #forget(link: Link): void {
    if (this.#links.get(link.member.key) !== link) return
    this.#links.delete(link.member.key)
    if (!this.#stopped) this.#events.closed(link)
  }
}
