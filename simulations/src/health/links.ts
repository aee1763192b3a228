import type { ShardPort } from '../engine/model.ts'
import type { Conditions } from '../faults/condition.ts'
import type { Network } from '../network/network.ts'
import type { Topology } from '../topology/topology.ts'
import { fromLink, Kind, wordOf } from './words.ts'

/** Bytes on the wire, headers and all: a beat; a knock; a statement with a Falcon-512 signature; a notice. */
export const SizeBytes = { beat: 90, knock: 60, statement: 900, notice: 6_000 } as const

const NOBODY = -1

/** The links of a shard's nodes: who is at the other end, and how to reach them. */
export class Links {
  readonly degree: number
  /** `nodes * degree`: the global number at the other end, or -1. */
  readonly peers: Int32Array
  /** `nodes * degree`: the link by which that peer has this node. */
  readonly backs: Uint8Array
  /** Links of each node to those it watches: neighbours and cell mates, not distant ones. */
  readonly watchedMask: Uint16Array
  readonly distance: (a: number, b: number) => number
  /** Messages sent. */
  readonly sent: Float64Array = new Float64Array(1)
  readonly #topology: Topology
  readonly #port: ShardPort
  readonly #network: Network
  readonly #conditions: Conditions

  constructor(topology: Topology, port: ShardPort, network: Network, conditions: Conditions) {
    const { degree } = topology
    this.#topology = topology
    this.#port = port
    this.#network = network
    this.#conditions = conditions
    this.degree = degree
    this.distance = topology.distance!
    this.peers = new Int32Array(port.nodes * degree)
    this.backs = new Uint8Array(port.nodes * degree)
    this.watchedMask = new Uint16Array(port.nodes)
    for (let local = 0; local < port.nodes; local++) {
      for (let link = 0; link < degree; link++) this.#wire(local, link)
    }
  }

  #wire(local: number, link: number): void {
    const node = this.#port.first + local
    const peer = this.#topology.peer(node, link)
    this.peers[local * this.degree + link] = peer
    this.backs[local * this.degree + link] = Math.max(0, this.#topology.back(node, link))
    if (peer !== NOBODY && this.distance(node, peer) <= 1) this.watchedMask[local]! |= 1 << link
  }

  /** The node at the other end of a link, by global number, or -1. */
  peer(local: number, link: number): number {
    return this.peers[local * this.degree + link]!
  }

  /** The link by which that peer has this node. */
  back(local: number, link: number): number {
    return this.backs[local * this.degree + link]!
  }

  watches(local: number, link: number): boolean {
    return ((this.watchedMask[local]! >>> link) & 1) === 1
  }

  /** The link of a node of this shard to `peer`, or -1. */
  linkTo(local: number, peer: number): number {
    for (let link = 0; link < this.degree; link++) {
      if (this.peers[local * this.degree + link] === peer) return link
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
    const at = local * this.degree + link
    const peer = this.peers[at]!
    if (peer < 0) return
    const network = this.#network
    if (this.#isCut(local, peer)) return
    const ticks = network.delayTicks(local, link, peer, sizeBytes, this.#port.nowTicks)
    this.sent[0]!++
    if (ticks < 0 || network.corrupted) return
    const marked = fromLink(word, this.backs[at]!)
    this.#deliver(ticks, peer, marked, a, b)
    if (network.copyTicks >= 0) this.#deliver(network.copyTicks, peer, marked, a, b)
  }

  /** Says something to the host at the other end past the link: a dial, its answer, a reset. */
  stray(local: number, link: number, word: number, notBeforeTicks = 0): void {
    const at = local * this.degree + link
    const peer = this.peers[at]!
    if (peer < 0 || this.#isCut(local, peer)) return
    const { nowTicks } = this.#port
    const ticks = this.#network.strayTicks(local, peer, nowTicks)
    const marked = fromLink(word, this.backs[at]!)
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
    if (local >= 0 && local < port.nodes) port.timer(ticks, local, word, a, b)
    else port.send(ticks, peer, word, a, b)
  }
}
