import type { ShardPort } from '../engine/model.ts'
import type { Conditions } from '../faults/condition.ts'
import type { Network } from '../network/network.ts'
import type { Topology } from '../topology/topology.ts'
import { type Backlog, BEAT_TICKS } from './backlog.ts'
import { fromLink, Kind, Recurs, wordOf } from './words.ts'

/** Bytes on the wire, headers and all: a beat; a knock; a statement with a Falcon-512 signature; a notice. */
export const SizeBytes = { beat: 90, knock: 60, statement: 900, notice: 6_000 } as const

const NOBODY = -1
/** A link's other end: whether it is watched, the link back, and above these the node's number. */
const WATCHED = 1
const BACK_SHIFT = 1
const LINK_MASK = 15
const END_BITS = 5

/** The links of a shard's nodes: who is at the other end, and how to reach them. */
export class Links {
  readonly degree: number
  /**
   * `nodes * degree`: of each link's other end the global number, or -1, and in {@link END_BITS} below it
   * the link by which that peer has this node, and whether it watches it: neighbours and cell mates are
   * watched, distant nodes aren't. One line of memory a node, for beats go over all links.
   */
  readonly #ends: Int32Array
  readonly distance: (a: number, b: number) => number
  /** Messages sent. */
  readonly sent: Float64Array = new Float64Array(1)
  readonly #topology: Topology
  readonly #port: ShardPort
  readonly #network: Network
  readonly #conditions: Conditions
  readonly #backlog: Backlog

  constructor(
    topology: Topology,
    port: ShardPort,
    network: Network,
    conditions: Conditions,
    backlog: Backlog
  ) {
    const { degree } = topology
    this.#topology = topology
    this.#port = port
    this.#network = network
    this.#conditions = conditions
    this.#backlog = backlog
    this.degree = degree
    this.distance = topology.distance!
    this.#ends = new Int32Array(port.nodes * degree)
    for (let local = 0; local < port.nodes; local++) {
      for (let link = 0; link < degree; link++) this.#wire(local, link)
    }
  }

  #wire(local: number, link: number): void {
    const node = this.#port.first + local
    const peer = this.#topology.peer(node, link)
    const back = Math.max(0, this.#topology.back(node, link))
    const watched = peer !== NOBODY && this.distance(node, peer) <= 1 ? WATCHED : 0
    this.#ends[local * this.degree + link] = (peer << END_BITS) | (back << BACK_SHIFT) | watched
  }

  /** The node at the other end of a link, by global number, or -1. */
  peer(local: number, link: number): number {
    return this.#ends[local * this.degree + link]! >> END_BITS
  }

  /** The link by which that peer has this node. */
  back(local: number, link: number): number {
    return (this.#ends[local * this.degree + link]! >>> BACK_SHIFT) & LINK_MASK
  }

  watches(local: number, link: number): boolean {
    return (this.#ends[local * this.degree + link]! & WATCHED) !== 0
  }

  /** The link of a node of this shard to `peer`, or -1. */
  linkTo(local: number, peer: number): number {
    for (let link = 0; link < this.degree; link++) {
      if (this.peer(local, link) === peer) return link
    }
    return NOBODY
  }

  /** The link of any node to `peer`, or -1. */
  linkOfAny(node: number, peer: number): number {
    for (let link = 0; link < this.degree; link++) {
      if (this.#topology.peer(node, link) === peer) return link
    }
    return NOBODY
  }

  /** The node at the other end of any node's link. */
  peerOfAny(node: number, link: number): number {
    return this.#topology.peer(node, link)
  }

  /** One bit for each link of any node to one that watches it. */
  watchersOf(node: number): number {
    let mask = 0
    for (let link = 0; link < this.degree; link++) {
      const peer = this.#topology.peer(node, link)
      if (peer !== NOBODY && this.distance(node, peer) <= 1) mask |= 1 << link
    }
    return mask
  }

  /** Sends over a link; the word learns the receiver's link. */
  send(
    local: number,
    link: number,
    word: number,
    a: number,
    b: number,
    sizeBytes: number = SizeBytes.beat
  ): void {
    const peer = this.peer(local, link)
    if (peer < 0) return
    const network = this.#network
    if (this.#isCut(local, peer)) return
    if (network.draws) this.#backlog.release(local, 1 << link)
    const ticks = network.delayTicks(local, link, peer, sizeBytes, this.#port.nowTicks)
    this.sent[0]!++
    if (ticks < 0 || network.corrupted) return
    const marked = fromLink(word, this.back(local, link))
    this.#deliver(ticks, peer, marked, a, b)
    if (network.copyTicks >= 0) this.#deliver(network.copyTicks, peer, marked, a, b)
  }

  /** Beats over the links to those this node watches. */
  beat(local: number, incarnation: number): void {
    const { degree } = this
    const ends = this.#ends
    const { first, nodes, nowTicks, audit } = this.#port
    const network = this.#network
    const backlog = this.#backlog
    const now = nowTicks | 0
    const own = local * degree
    const repeated = backlog.repeated(local)
    for (let link = 0; link < degree; link++) {
      const end = ends[own + link]!
      const peer = end >> END_BITS
      if ((end & WATCHED) === 0) continue
      if (((repeated >>> link) & 1) === 1) {
        if (network.plainAhead(local, link, 1) === 1) {
          this.sent[0]!++
          network.pass(local, link, 1)
          continue
        }
        backlog.releaseBeat(local, link)
      }
      if (this.#isCut(local, peer)) continue
      const ticks = network.delayTicks(local, link, peer, SizeBytes.beat, nowTicks)
      this.sent[0]!++
      if (ticks < 0 || network.corrupted) continue
      const back = (end >>> BACK_SHIFT) & LINK_MASK
      const near = peer - first
      const waits =
        near >= 0 && near < nodes && backlog.put(near, back, (now + ticks) | 0, incarnation)
      const word = fromLink(Kind.beat, back)
      if (waits) {
        audit.addEvent(ticks, near, word, incarnation, 0)
        if (this.#isSteady(local, link, peer, ticks)) backlog.repeat(local, link, near, back)
      } else if (this.#isFar(near) && this.#isSteady(local, link, peer, ticks)) {
        backlog.repeatFar(local, link)
        const first = fromLink(wordOf(Kind.beat, Recurs.begins), back)
        this.#deliver(ticks, peer, first, incarnation, 0)
      } else this.#deliver(ticks, peer, word, incarnation, 0)
      if (network.copyTicks >= 0) this.#deliver(network.copyTicks, peer, word, incarnation, 0)
    }
  }

  /** Whether a node is of another shard, by its number in this one. */
  #isFar(local: number): boolean {
    return local < 0 || local >= this.#port.nodes
  }

  /** Whether the peer at the other end of a link is of another shard. */
  leavesShard(local: number, link: number): boolean {
    return this.#isFar(this.peer(local, link) - this.#port.first)
  }

  /** Tells a peer of another shard, before it would miss the next one, which beat was the last that repeats. */
  endFar(local: number, link: number, last: number): void {
    const peer = this.peer(local, link)
    const ticks = this.#network.plainTicks(local, peer)
    const word = fromLink(wordOf(Kind.ended, 0), this.back(local, link))
    const earlier = last === (this.#port.nowTicks | 0) ? 0 : 1
    this.#port.send(ticks - earlier, peer, word, (last + ticks) | 0, 0)
  }

  /** Whether the next beat over a link fares as the last one did, which took so many ticks. */
  #isSteady(local: number, link: number, peer: number, ticks: number): boolean {
    const network = this.#network
    return (
      network.plainAhead(local, link, 1) === 1 &&
      ticks > network.lookaheadTicks &&
      ticks < BEAT_TICKS &&
      ticks === network.plainTicks(local, peer) &&
      this.#backlog.isAtRest(local) &&
      this.#conditions.isWhole(this.#port.nowMs)
    )
  }

  /** How many of a node's next beats, `most` at most, needn't be sent: all repeat in their peers' slots. */
  plainBeats(local: number, repeated: number, most: number): number {
    let beats = most
    for (let link = 0; link < this.degree && beats > 0; link++) {
      if (!this.watches(local, link)) continue
      beats = ((repeated >>> link) & 1) === 1 ? this.#network.plainAhead(local, link, beats) : 0
    }
    return beats
  }

  /** Counts so many beats of a node over all links as sent. */
  passBeats(local: number, beats: number): void {
    for (let link = 0; link < this.degree; link++) {
      if (!this.watches(local, link)) continue
      this.sent[0]! += beats
      this.#network.pass(local, link, beats)
    }
  }

  /** Says something to the host at the other end past the link: a dial, its answer, a reset. */
  stray(local: number, link: number, word: number, notBeforeTicks = 0): void {
    const peer = this.peer(local, link)
    if (peer < 0 || this.#isCut(local, peer)) return
    const { nowTicks } = this.#port
    const ticks = this.#network.strayTicks(local, peer, nowTicks)
    const marked = fromLink(word, this.back(local, link))
    this.#deliver(Math.max(ticks, notBeforeTicks - nowTicks), peer, marked, 0, 0)
  }

  /** A kernel closes a node's connections, after what was sent over them. */
  closeAll(local: number): void {
    for (let link = 0; link < this.degree; link++) {
      this.stray(local, link, wordOf(Kind.closed, 0), this.#network.arrivalTicks(local, link))
    }
  }

  #isCut(local: number, peer: number): boolean {
    return !this.#conditions.reaches(this.#port.first + local, peer, this.#port.nowMs)
  }

  #deliver(ticks: number, peer: number, word: number, a: number, b: number): void {
    const port = this.#port
    const local = peer - port.first
    if (local >= 0 && local < port.nodes) {
      this.#backlog.cede(local, port.nowTicks + ticks)
      port.timer(ticks, local, word, a, b)
    } else port.send(ticks, peer, word, a, b)
  }
}
