import { TICKS_PER_MS } from '../engine/model.ts'
import { draw, drawBelow } from '../engine/random.ts'
import { type Carrier, Kind, LINKS_MAX, type World } from './carrier.ts'
import { countOf, lowest, SeenRing } from './seen-ring.ts'
import { Stream } from './streams.ts'

/** In `since` of a message that is known from IDONTWANT alone. */
const UNSEEN = -1

/** Defaults of the specification, by its names. */
const HEARTBEAT_TICKS: number = 1_000 * TICKS_PER_MS
const MCACHE_LEN = 5
const MCACHE_GOSSIP = 3
const D_LAZY = 6
const GOSSIP_FACTOR_PERCENT = 25
const PRUNE_BACKOFF_BEATS = 60

export interface GossipsubInit {
  readonly world: World
  readonly nodes: number
  /** Of the shard, in the whole mesh. */
  readonly first: number
  readonly seed: number
  readonly kept: number
  /** D and D_low. */
  readonly meshDegree: number
  /** D_high. */
  readonly meshMax: number
  /** Whether messages are of a size that IDONTWANT is sent for. */
  readonly sendsDontWant: boolean
}

/**
 * gossipsub 1.2 with one topic: a mesh kept by GRAFT and PRUNE at each heartbeat, payloads along the mesh,
 * IHAVE to others, IWANT, and IDONTWANT. Of `libp2p/specs` pubsub/gossipsub; left out, as all its nodes
 * behave: scores, peer exchange, opportunistic grafting; flood publishing is off, as in a live node.
 */
export class Gossipsub implements Carrier {
  readonly #init: GossipsubInit
  readonly #ring: SeenRing
  readonly #linked: Uint16Array
  readonly #mesh: Uint16Array
  readonly #beats: Int32Array
  readonly #draws: Int32Array
  /** By link: no GRAFT before this heartbeat. */
  readonly #backoff: Int32Array

  constructor(init: GossipsubInit) {
    const { nodes, kept } = init
    this.#init = init
    this.#ring = new SeenRing(nodes, kept)
    this.#linked = new Uint16Array(nodes)
    this.#mesh = new Uint16Array(nodes)
    this.#beats = new Int32Array(nodes)
    this.#draws = new Int32Array(nodes)
    this.#backoff = new Int32Array(nodes * LINKS_MAX)
  }

  linkUp(local: number, link: number): void {
    this.#linked[local]! |= 1 << link
    this.#backoff[local * LINKS_MAX + link] = 0
  }

  linkDown(local: number, link: number): void {
    this.#linked[local]! &= ~(1 << link)
    this.#mesh[local]! &= ~(1 << link)
  }

  boot(local: number, remembers: boolean): void {
    if (!remembers) this.#ring.clear(local)
    this.#linked[local] = 0
    this.#mesh[local] = 0
    // A heartbeat that still runs is not this process's.
    const beats = ++this.#beats[local]!
    const { seed, first, world } = this.#init
    const phase = 1 + (draw(seed, Stream.phase, first + local, beats) % HEARTBEAT_TICKS)
    world.timer(local, phase, Kind.timer, beats, 0)
  }

  publish(local: number, id: number): void {
    this.#forward(local, this.#ring.add(local, id, this.#beats[local]!))
  }

  payload(local: number, link: number, id: number): void {
    const ring = this.#ring
    let at = ring.find(local, id)
    const fresh = at < 0 || ring.since[at] === UNSEEN
    if (at < 0) at = ring.add(local, id, UNSEEN)
    ring.holders[at]! |= 1 << link
    if (!fresh) return
    ring.since[at] = this.#beats[local]!
    const { world, sendsDontWant } = this.#init
    world.deliver(local, id, link)
    if (sendsDontWant) {
      for (let left = this.#mesh[local]! & ~(1 << link); left !== 0; left &= left - 1) {
        world.control(local, lowest(left), Kind.dontWant, id, 0, 1)
      }
    }
    this.#forward(local, at)
  }

  control(local: number, link: number, kind: Kind, id: number): void {
    switch (kind) {
      case Kind.announce:
        if (this.#has(local, id)) return
        this.#init.world.mark('pulled')
        return this.#init.world.control(local, link, Kind.want, id, 0, 1)
      case Kind.want:
        return this.#serve(local, link, id)
      case Kind.dontWant:
        return this.#dontWant(local, link, id)
      case Kind.graft:
        return this.#graft(local, link)
      case Kind.prune:
        this.#mesh[local]! &= ~(1 << link)
        this.#backOff(local, link)
    }
  }

  /** A heartbeat, unless it is one of before a restart. */
  timer(local: number, beats: number): void {
    if (beats !== this.#beats[local]) return
    this.#maintain(local)
    this.#gossip(local)
    this.#beats[local]!++
    this.#init.world.timer(local, HEARTBEAT_TICKS, Kind.timer, this.#beats[local]!, 0)
  }

  needs(local: number, link: number, id: number): boolean {
    const at = this.#ring.find(local, id)
    const needed = at >= 0 && ((this.#ring.holders[at]! >> link) & 1) === 0
    if (!needed) this.#init.world.mark('idontwant-saved-a-copy')
    return needed
  }

  columns(): readonly ArrayBufferView[] {
    const ring = this.#ring.columns()
    return [...ring, this.#linked, this.#mesh, this.#beats, this.#draws, this.#backoff]
  }

  #forward(local: number, at: number): void {
    const { id, holders } = this.#ring
    let targets = this.#mesh[local]!
    // A publisher without a mesh takes anybody (fanout).
    if (targets === 0) targets = this.#pick(local, this.#linked[local]!, this.#init.meshDegree)
    for (let left = targets & ~holders[at]!; left !== 0; left &= left - 1) {
      this.#init.world.payload(local, lowest(left), id[at]!, false)
    }
  }

  #serve(local: number, link: number, id: number): void {
    const ring = this.#ring
    const at = ring.find(local, id)
    const bit = 1 << link
    if (at < 0 || ring.since[at] === UNSEEN) return
    if (this.#beats[local]! - ring.since[at]! >= MCACHE_LEN) return
    if ((ring.served[at]! & bit) !== 0) return
    ring.served[at]! |= bit
    ring.holders[at]! &= ~bit
    this.#init.world.mark('iwant-served')
    this.#init.world.payload(local, link, id, true)
  }

  #has(local: number, id: number): boolean {
    const at = this.#ring.find(local, id)
    return at >= 0 && this.#ring.since[at] !== UNSEEN
  }

  #dontWant(local: number, link: number, id: number): void {
    let at = this.#ring.find(local, id)
    if (at < 0) at = this.#ring.add(local, id, UNSEEN)
    this.#ring.holders[at]! |= 1 << link
  }

  #graft(local: number, link: number): void {
    const bit = 1 << link
    if ((this.#mesh[local]! & bit) !== 0) return
    const { meshMax, world } = this.#init
    const backsOff = this.#beats[local]! < this.#backoff[local * LINKS_MAX + link]!
    if (!backsOff && countOf(this.#mesh[local]!) < meshMax) {
      this.#mesh[local]! |= bit
      return
    }
    this.#backOff(local, link)
    world.mark('pruned')
    world.control(local, link, Kind.prune, 0, 0, 0)
  }

  #backOff(local: number, link: number): void {
    this.#backoff[local * LINKS_MAX + link] = this.#beats[local]! + PRUNE_BACKOFF_BEATS
  }

  #maintain(local: number): void {
    const { meshDegree, meshMax, world } = this.#init
    const mesh = this.#mesh[local]!
    const size = countOf(mesh)
    if (size < meshDegree) {
      let free = this.#linked[local]! & ~mesh
      for (let left = free; left !== 0; left &= left - 1) {
        const link = lowest(left)
        if (this.#beats[local]! < this.#backoff[local * LINKS_MAX + link]!) free &= ~(1 << link)
      }
      const grafts = this.#pick(local, free, meshDegree - size)
      this.#mesh[local] = mesh | grafts
      for (let left = grafts; left !== 0; left &= left - 1) {
        world.mark('grafted')
        world.control(local, lowest(left), Kind.graft, 0, 0, 0)
      }
    } else if (size > meshMax) {
      const prunes = this.#pick(local, mesh, size - meshDegree)
      this.#mesh[local] = mesh & ~prunes
      for (let left = prunes; left !== 0; left &= left - 1) {
        world.mark('pruned')
        this.#backOff(local, lowest(left))
        world.control(local, lowest(left), Kind.prune, 0, 0, 0)
      }
    }
  }

  /** IHAVE of the last windows to some who aren't in the mesh. */
  #gossip(local: number): void {
    const { id, since, kept } = this.#ring
    const others = this.#linked[local]! & ~this.#mesh[local]!
    if (others === 0) return
    const share = Math.floor((countOf(others) * GOSSIP_FACTOR_PERCENT) / 100)
    const targets = this.#pick(local, others, Math.max(D_LAZY, share))
    const first = local * kept
    let ids = 0
    for (let at = first; at < first + kept; at++) {
      if (id[at] === 0 || since[at] === UNSEEN || this.#beats[local]! - since[at]! >= MCACHE_GOSSIP)
        continue
      ids++
      for (let left = targets; left !== 0; left &= left - 1) {
        // One frame a neighbour, with all ids: only the first one has a header of its own.
        this.#init.world.control(local, lowest(left), Kind.announce, id[at]!, 0, ids === 1 ? 1 : -1)
      }
    }
  }

  /** So many links of a mask, drawn. */
  #pick(local: number, mask: number, count: number): number {
    const { seed, first } = this.#init
    let left = mask
    for (let size = countOf(mask); size > count; size--) {
      let skip = drawBelow(size, seed, Stream.mesh, first + local, this.#draws[local]!++)
      let out = left
      for (; skip > 0; skip--) out &= out - 1
      left &= ~(out & -out)
    }
    return left
  }
}
