import { type DetectorStore, mustReturn, PeerState, quorumOf, rowAt } from '@torusmesh/health'
import { type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import { draw, drawBelow } from '../engine/random.ts'
import { type Links, SizeBytes } from './links.ts'
import { Standing, Standings, Taken } from './standings.ts'
import { Stream } from './streams.ts'
import { Tidings } from './tidings.ts'
import { accusersOf, detailOf, Kind, linkOf, noticeHopsOf, packNotice, wordOf } from './words.ts'

/** A watcher publishes when those before it in rank had this long to do so. */
const RANK_DELAY_MS = 2_000
/** A notice that lacks accusations looks again this often, and gives up after 30 s. */
const REVIEW_MS = 400
const REVIEWS_MAX = 75
const REPORT_MS = 10_000
/** Enough for any torus a shard's words can number. */
const HOPS_MAX = 255

/** Told what the notices of a shard lead to. */
export interface NoticeEvents {
  /** A member became down, or alive again, for a node that wasn't among those who found it out. */
  onStanding(local: number, subject: number, incarnation: number, down: boolean): void
  /** A notice holds, and this accuser's accusation is in it. */
  onAccusation(local: number, slot: number, accuser: number, incarnation: number): void
  /** The watchers of the peer in a slot were counted anew. */
  onRecount(local: number, slot: number, watchers: number): void
  onPublished(): void
  onRejected(): void
}

/**
 * Tells the whole mesh who is down, with the accusations of two thirds of its watchers for a proof, and
 * who lives again. Gossip is a flood over all links.
 */
export class Notices {
  readonly standings: Standings
  readonly tidings: Tidings
  /** Whose accusations of the peer in a slot this node holds, one bit for each of the peer's links. */
  readonly proofs: Uint16Array
  /** Which watchers of the peer in a slot this node knows to be down. */
  readonly gone: Uint16Array
  /** One above the highest incarnation under which a notice declared this node down, or 0, … */
  readonly downAs: Float64Array
  /** … the highest under which it told the mesh that it is back, and when. */
  readonly returnedAs: Float64Array
  readonly returnedMs: Float64Array
  readonly #links: Links
  readonly #port: ShardPort
  readonly #store: DetectorStore
  readonly #seed: number
  readonly #events: NoticeEvents

  constructor(
    links: Links,
    port: ShardPort,
    store: DetectorStore,
    seed: number,
    events: NoticeEvents
  ) {
    this.#links = links
    this.#port = port
    this.#store = store
    this.#seed = seed
    this.#events = events
    this.standings = new Standings(port.nodes)
    this.tidings = new Tidings(links, port, this.standings, seed)
    this.proofs = new Uint16Array(port.nodes * links.degree)
    this.gone = new Uint16Array(port.nodes * links.degree)
    this.downAs = new Float64Array(port.nodes)
    this.returnedAs = new Float64Array(port.nodes)
    this.returnedMs = new Float64Array(port.nodes)
  }

  /** Watchers of the peer in a slot that aren't known to be down. */
  present(local: number, slot: number): number {
    const watchers = this.#links.watchersOf(this.#links.peer(local, slot))
    return Math.max(1, bits(watchers & ~this.gone[local * this.#links.degree + slot]!))
  }

  accused(local: number, slot: number, accuser: number): void {
    this.proofs[local * this.#links.degree + slot]! |= 1 << accuser
  }

  forgetProofs(local: number, slot: number): void {
    this.proofs[local * this.#links.degree + slot] = 0
  }

  /** This node's own detector calls a peer down: it publishes when its turn comes. */
  schedule(local: number, slot: number, incarnation: number): void {
    const subject = this.#links.peer(local, slot)
    if (this.standings.provenIncarnation(local, subject) >= incarnation) return
    this.stands(local, subject, incarnation, Standing.down)
    const delayTicks = Math.max(1, this.#rank(local, subject) * RANK_DELAY_MS * TICKS_PER_MS)
    this.#port.timer(delayTicks, local, wordOf(Kind.publish, 0), slot, incarnation)
  }

  /** This node's turn has come. */
  publish(local: number, slot: number, incarnation: number, waited: number): void {
    const at = rowAt(this.#store, local) + slot
    const subject = this.#links.peer(local, slot)
    if (this.#store.state[at] !== PeerState.down || this.#store.incarnation[at] !== incarnation) {
      return
    }
    if (this.standings.provenIncarnation(local, subject) >= incarnation) return
    const proofs = this.proofs[local * this.#links.degree + slot]!
    if (bits(proofs) >= quorumOf(this.present(local, slot))) {
      this.spread(local, subject, incarnation, proofs)
    } else if (waited < REVIEWS_MAX) {
      const word = wordOf(Kind.publish, waited + 1)
      this.#port.timer(REVIEW_MS * TICKS_PER_MS, local, word, slot, incarnation)
    }
  }

  /** Publishes a notice of its own. */
  spread(local: number, subject: number, incarnation: number, accusers: number): void {
    this.#events.onPublished()
    this.stands(local, subject, incarnation, Standing.proven, accusers)
    this.#flood(local, Kind.notice, HOPS_MAX, accusers, -1, subject, incarnation)
  }

  /** A notice declared this node down, which is at incarnation `own` now. */
  declaredDown(local: number, incarnation: number, own: number): void {
    this.downAs[local] = Math.max(this.downAs[local]!, incarnation + 1)
    this.#returnIfDue(local, own, true)
  }

  /** This node refuted an accusation: the mesh hears of it if a notice told it otherwise. */
  refuted(local: number, own: number): void {
    this.#returnIfDue(local, own, false)
  }

  #returnIfDue(local: number, own: number, again: boolean): void {
    const declared = {
      downAs: this.downAs[local]! - 1,
      returnedAs: this.returnedAs[local]!,
      sinceReturnMs: this.#port.nowMs - this.returnedMs[local]!
    }
    if (!mustReturn(declared, own, again)) return
    this.returnedAs[local] = own
    this.returnedMs[local] = this.#port.nowMs
    this.sayReturned(local, own)
  }

  /** Tells the mesh that this node lives. */
  sayReturned(local: number, incarnation: number): void {
    const node = this.#port.first + local
    this.stands(local, node, incarnation, Standing.returned)
    this.#flood(local, Kind.returned, HOPS_MAX, 0, -1, node, incarnation)
  }

  /** A notice that this node is down comes in. Returns whether it holds; then it is passed on, too. */
  receivedOwn(local: number, word: number, incarnation: number, serves: boolean): boolean {
    const accusers = accusersOf(detailOf(word))
    const subject = this.#port.first + local
    if (!this.#holds(local, subject, accusers)) return false
    const hops = noticeHopsOf(detailOf(word)) - 1
    if (serves) this.#flood(local, Kind.notice, hops, accusers, linkOf(word), subject, incarnation)
    return true
  }

  /** Somebody keeps it that this node is down, and proves it to nobody: who does gets its word over links. */
  refuteNearby(local: number, own: number): void {
    const self = this.#port.first + local
    if (this.stands(local, self, own, Standing.returned)) this.tidings.passOn(local)
  }

  /**
   * A notice of another node comes in; if it holds it is passed on, unless `serves` is false. Who sent an
   * old one is shown the return that refutes it.
   */
  received(
    local: number,
    word: number,
    subject: number,
    incarnation: number,
    serves: boolean
  ): void {
    const accusers = accusersOf(detailOf(word))
    if (this.standings.returnedIncarnation(local, subject) > incarnation) {
      if (serves) this.tidings.show(local, linkOf(word), subject)
      return
    }
    if (!this.#holds(local, subject, accusers)) {
      this.#events.onRejected()
      return
    }
    if (serves) {
      const hops = noticeHopsOf(detailOf(word)) - 1
      this.#flood(local, Kind.notice, hops, accusers, linkOf(word), subject, incarnation)
    }
    this.#take(local, word, subject, incarnation, Standing.proven, accusers)
    const slot = this.#links.linkTo(local, subject)
    if (slot < 0 || !this.#links.watches(local, slot)) return
    for (let accuser = 0; accuser < this.#links.degree; accuser++) {
      if (((accusers >>> accuser) & 1) === 0) continue
      this.#events.onAccusation(local, slot, accuser, incarnation)
    }
  }

  returned(
    local: number,
    word: number,
    subject: number,
    incarnation: number,
    serves: boolean
  ): void {
    if (serves) {
      const hops = noticeHopsOf(detailOf(word)) - 1
      this.#flood(local, Kind.returned, hops, 0, linkOf(word), subject, incarnation)
    }
    if (subject === this.#port.first + local) return
    this.#take(local, word, subject, incarnation, Standing.returned, 0)
  }

  /** A tiding: one that came over a link alone is passed on to those who lack it, too. */
  #take(
    local: number,
    word: number,
    subject: number,
    incarnation: number,
    state: Standing,
    accusers: number
  ): void {
    const isNews = this.stands(local, subject, incarnation, state, accusers)
    if (isNews && noticeHopsOf(detailOf(word)) === 0) this.tidings.passOn(local)
  }

  /** Takes in how a member stands; its part in others' quorums follows. Returns whether it is news. */
  stands(
    local: number,
    subject: number,
    incarnation: number,
    state: Standing,
    accusers = 0
  ): boolean {
    const taken = this.standings.set(local, subject, incarnation, state, accusers)
    if (taken === Taken.not) return false
    if (state === Standing.returned || state === Standing.proven) this.tidings.keeps(local)
    if (taken === Taken.turned) this.#turned(local, subject, incarnation, state >= Standing.down)
    return true
  }

  /** A member became down or alive for this node. */
  #turned(local: number, subject: number, incarnation: number, down: boolean): void {
    this.#events.onStanding(local, subject, incarnation, down)
    const node = this.#port.first + local
    if (this.#links.distance(node, subject) > 2) return
    for (let slot = 0; slot < this.#links.degree; slot++) {
      const peer = this.#links.peer(local, slot)
      if (peer < 0 || !this.#links.watches(local, slot)) continue
      if (peer === subject || this.#links.distance(peer, subject) > 1) continue
      const bit = this.#links.linkOfAny(peer, subject)
      if (bit < 0) continue
      const at = local * this.#links.degree + slot
      if (down) this.gone[at]! |= 1 << bit
      else this.gone[at]! &= ~(1 << bit)
      this.#port.timer(this.#reportTicks(peer), local, wordOf(Kind.report, 0), slot, 0)
    }
  }

  /** A report of the peer in a slot comes: who watches it is counted anew. One that is silent sends none. */
  reported(local: number, slot: number): void {
    if (this.#store.state[rowAt(this.#store, local) + slot] !== PeerState.alive) return
    this.#events.onRecount(local, slot, this.present(local, slot))
  }

  clear(local: number): void {
    const { degree } = this.#links
    this.proofs.fill(0, local * degree, (local + 1) * degree)
    this.gone.fill(0, local * degree, (local + 1) * degree)
    this.standings.clear(local)
    this.tidings.clear(local)
    this.downAs[local] = 0
    this.returnedAs[local] = 0
  }

  columns(): readonly ArrayBufferView[] {
    return [
      this.proofs,
      this.gone,
      this.downAs,
      this.returnedAs,
      this.returnedMs,
      ...this.standings.columns(),
      ...this.tidings.columns()
    ]
  }

  /** Whether two thirds of those who watch the accused, as far as this node knows them, are in it. */
  #holds(local: number, subject: number, accusers: number): boolean {
    const watchers = this.#links.watchersOf(subject)
    const said = bits(accusers & watchers)
    if (said >= quorumOf(bits(watchers))) return true
    let present = 0
    for (let link = 0; link < this.#links.degree; link++) {
      if (((watchers >>> link) & 1) === 0) continue
      const watcher = this.#links.peerOfAny(subject, link)
      if (!this.standings.isDown(local, watcher)) present++
    }
    return said >= quorumOf(Math.max(1, present))
  }

  #flood(
    local: number,
    kind: Kind,
    hops: number,
    accusers: number,
    from: number,
    subject: number,
    incarnation: number
  ): void {
    if (hops < 1) return
    const word = wordOf(kind, packNotice(hops, accusers))
    for (let link = 0; link < this.#links.degree; link++) {
      if (link === from) continue
      this.#links.send(local, link, word, subject, incarnation, SizeBytes.notice)
    }
  }

  /** This node's place among the member's watchers: every watcher computes the same order. */
  #rank(local: number, subject: number): number {
    const own = draw(this.#seed, Stream.rank, subject, this.#port.first + local)
    let before = 0
    for (let link = 0; link < this.#links.degree; link++) {
      const watcher = this.#links.peerOfAny(subject, link)
      if (watcher < 0 || this.#links.distance(watcher, subject) > 1) continue
      if (draw(this.#seed, Stream.rank, subject, watcher) < own) before++
    }
    return before
  }

  /** Until the next report of a member. */
  #reportTicks(member: number): number {
    const phaseMs = drawBelow(REPORT_MS, this.#seed, Stream.report, member, 0)
    return (REPORT_MS - ((this.#port.nowMs + phaseMs) % REPORT_MS)) * TICKS_PER_MS
  }
}

/** How many bits are set. */
export function bits(mask: number): number {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}
