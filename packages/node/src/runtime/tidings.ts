import { newsFor, TIDINGS_MS, tidingRank } from '@torusmesh/health'
import {
  bytesToHex,
  hexToBytes,
  SHORT_ID_BYTES,
  TIDINGS_MAX,
  type Tidings as TidingsMessage
} from '@torusmesh/protocol'
import type { Link } from '../link/link.ts'
import type { Member } from '../overlay/directory.ts'
import type { RuntimeContext, RuntimePart } from './context.ts'

/** What was news goes on to the other links after so long: tidings come in bursts. */
const PASS_ON_MS = 250

/** Lists that a link may bring in a period: its turn, one as it opens, answers, and what is passed on. */
const LISTS_MAX = 32

/** A list as it came: of each member the first bytes of its id, and a rank. */
export type TidingsList = Pick<TidingsMessage, 'members' | 'ranks' | 'answer'>

/** A down notice or a return, verified. */
export interface Tiding {
  readonly member: Member
  readonly incarnation: number
  readonly isDown: boolean
  readonly envelope: Uint8Array
  readonly expiresMs: number
}

/**
 * Keeps of each member the latest notice or return, and mends what others missed: once a period one
 * link, in turn, is sent the list of what is kept, and each end sends the other what it lacks.
 */
export class Tidings implements RuntimePart {
  readonly #context: RuntimeContext
  readonly #kept = new Map<string, Tiding>()
  /** How many tidings each link has brought in this period, by the member at its other end. */
  readonly #brought = new Map<string, number>()
  /** The same for lists. */
  readonly #listed = new Map<string, number>()
  #turn = 0
  #timer: NodeJS.Timeout | undefined
  #passingOn: NodeJS.Timeout | undefined

  constructor(context: RuntimeContext) {
    this.#context = context
  }

  start(): void {
    this.#timer = setInterval(() => this.#tellOne(), TIDINGS_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#passingOn)
  }

  /** Both ends tell what they keep, and if it is nothing. */
  linkOpened(link: Link): void {
    this.#list(link, false)
  }

  /** What is kept of a member, if anything. */
  of(key: string): Tiding | undefined {
    return this.#kept.get(key)
  }

  /** Whether a tiding is later than what is kept of the member. */
  isNews(key: string, incarnation: number, isDown: boolean): boolean {
    const kept = this.#kept.get(key)
    return kept === undefined || tidingRank(incarnation, isDown) > rankOf(kept)
  }

  /** Keeps a tiding, if it is news; the oldest goes for it. */
  keep(tiding: Tiding): void {
    const { member, incarnation, isDown } = tiding
    if (!this.isNews(member.key, incarnation, isDown)) return
    this.forget(member.key)
    if (this.#kept.size >= TIDINGS_MAX) this.#kept.delete(this.#kept.keys().next().value!)
    this.#kept.set(member.key, tiding)
  }

  forget(key: string): void {
    this.#kept.delete(key)
  }

  /** Whether a link may bring one more tiding now: more than a full memory a period are no mending. */
  admits(link: Link): boolean {
    return this.#admits(this.#brought, link, TIDINGS_MAX)
  }

  #admits(counts: Map<string, number>, { member }: Link, max: number): boolean {
    const count = counts.get(member.key) ?? 0
    counts.set(member.key, count + 1)
    return count < max
  }

  /** Shows the other end of a link what is kept of a member. */
  show(link: Link, key: string): void {
    const kept = this.#kept.get(key)
    if (kept !== undefined) link.send({ notice: kept.envelope })
  }

  /** Shows a linked member what is kept of itself. */
  remind(key: string): void {
    const link = this.#context.links.links.get(key)
    if (link !== undefined) this.show(link, key)
  }

  /** A link brought news: the other links may lack them, too. */
  passOn(): void {
    this.#passingOn ??= setTimeout(() => {
      this.#passingOn = undefined
      for (const link of this.#context.links.links.values()) this.#list(link, false)
    }, PASS_ON_MS)
  }

  /**
   * The other end of a link keeps this: sends it what it lacks, and asks by a list of its own for what
   * this node does.
   */
  received(link: Link, message: TidingsList): void {
    if (!this.#admits(this.#listed, link, LISTS_MAX)) return
    const theirs = ranksIn(message)
    const known = this.#known(theirs)
    if (!message.answer && newsFor(known, theirs, TIDINGS_MAX).length > 0) this.#list(link, true)
    const current = this.#current()
    const ours = new Map([...current].map(([shortId, kept]) => [shortId, rankOf(kept)]))
    for (const shortId of newsFor(theirs, ours, TIDINGS_MAX)) {
      this.show(link, current.get(shortId)!.member.key)
    }
    // Nobody but the member itself can refute it to those who keep a notice that this node knows better than.
    const { directory } = this.#context
    for (const shortId of newsFor(theirs, known, 0)) {
      const key = directory.byShortId(shortId)?.key ?? ''
      if (this.of(key)?.isDown && directory.isPresent(key)) this.remind(key)
    }
  }

  #tellOne(): void {
    this.#brought.clear()
    this.#listed.clear()
    const links = [...this.#context.links.links.values()]
    const link = links[this.#turn++ % Math.max(1, links.length)]
    if (link !== undefined && this.#current().size > 0) this.#list(link, false)
  }

  #list(link: Link, answer: boolean): void {
    const current = [...this.#current()]
    const members = hexToBytes(current.map(([shortId]) => shortId).join(''))
    link.send({ tidings: { members, ranks: current.map(([, kept]) => rankOf(kept)), answer } })
  }

  /** What is kept and holds, by short id: not what has expired, nor notices of those heard since. */
  #current(): Map<string, Tiding> {
    const { clock, directory } = this.#context
    const nowMs = clock.wallMs()
    const current = new Map<string, Tiding>()
    for (const [key, kept] of this.#kept) {
      if (kept.expiresMs <= nowMs) this.#kept.delete(key)
      else if (!kept.isDown || !directory.isPresent(key)) current.set(kept.member.shortId, kept)
    }
    return current
  }

  /** How late the news are that this node has, kept or not, of the members in a list. */
  #known(theirs: ReadonlyMap<string, number>): Map<string, number> {
    const { directory } = this.#context
    const known = new Map<string, number>()
    for (const shortId of theirs.keys()) {
      const member = directory.byShortId(shortId)
      if (member === undefined) known.set(shortId, Number.POSITIVE_INFINITY)
      else {
        const heard = tidingRank(
          directory.incarnation(member.key),
          !directory.isPresent(member.key)
        )
        const kept = this.#kept.get(member.key)
        known.set(shortId, kept === undefined ? heard : Math.max(heard, rankOf(kept)))
      }
    }
    return known
  }
}

const rankOf = ({ incarnation, isDown }: Tiding): number => tidingRank(incarnation, isDown)

function ranksIn({ members, ranks }: TidingsList): Map<string, number> {
  const hex = bytesToHex(members)
  const digits = 2 * SHORT_ID_BYTES
  return new Map(ranks.map((rank, at) => [hex.slice(at * digits, (at + 1) * digits), rank]))
}
