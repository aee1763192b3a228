import { bytesToHex, type Probe, type ProbeAnswer } from '@torusmesh/protocol'
import type { Link } from '../link/link.ts'
import type { Member } from '../overlay/directory.ts'
import type { RuntimeContext } from './context.ts'

/** Ways a probe takes at once. */
const PROBE_WAYS = 3
/** Probes that may be under way; the oldest is forgotten, its answer then means nothing. */
const MAX_PENDING = 64

interface Pending {
  readonly key: string
  /** Who asked us, when the probe is not our own. */
  readonly asker: Link | undefined
  readonly askerId: number
}

/** From a neighbour of a cell to another one, and on to the member: so often a probe is passed on. */
const HOPS = 2

/**
 * Indirect probes: is a member that fell silent here to be heard by another way?
 *
 * On a torus two neighbours of a cell share no link, so a probe goes around: over a cell diagonal to
 * the member's, then one of its other neighbours. Only the member itself answers – neighbours who
 * answered from memory would vouch for each other's memories.
 */
export class ProbeRelay {
  readonly #context: RuntimeContext
  readonly #pending = new Map<number, Pending>()
  #nextId = 1

  constructor(context: RuntimeContext) {
    this.#context = context
  }

  /** Asks over the member's own link too: its beats may be datagrams that get lost. */
  ask(member: Member): void {
    const own = this.#context.links.links.get(member.key)
    if (own !== undefined) this.#send(own, member, undefined, 0, HOPS)
    const ways = this.#linksTowards(member).filter(link => link.member.key !== member.key)
    for (const way of ways.slice(0, PROBE_WAYS)) this.#send(way, member, undefined, 0, HOPS)
  }

  /** @param incarnation - this node's own */
  asked(link: Link, { id, member: wanted, hops }: Probe, incarnation: number): void {
    const { directory, beats } = this.#context
    const member = directory.get(bytesToHex(wanted))
    if (member === undefined) return
    if (member.key === directory.self.key) {
      // What was passed on has fewer hops left: the peer speaks for itself.
      if (hops >= HOPS) beats.probed(link)
      link.send({ answer: { id, heard: true, incarnation } })
      return
    }
    if (this.#context.restrictions?.isPaused('relay')) return
    const way = this.#linksTowards(member).find(other => other !== link)
    if (hops > 0 && way !== undefined) this.#send(way, member, link, id, Math.min(hops, HOPS) - 1)
  }

  /** @returns what the answer says of our own probe; answers to others' probes are passed on */
  answered(answer: ProbeAnswer): { key: string; heard: boolean; incarnation: number } | undefined {
    const pending = this.#pending.get(answer.id)
    if (pending === undefined) return undefined
    this.#pending.delete(answer.id)
    const { heard, incarnation } = answer
    if (pending.asker === undefined) return { key: pending.key, heard, incarnation }
    pending.asker.send({ answer: { id: pending.askerId, heard, incarnation } })
    return undefined
  }

  #send(way: Link, member: Member, asker: Link | undefined, askerId: number, hops: number): void {
    if (this.#pending.size >= MAX_PENDING) {
      this.#pending.delete(this.#pending.keys().next().value!)
    }
    const id = this.#nextId
    this.#nextId = (this.#nextId % 0xffff_ffff) + 1
    this.#pending.set(id, { key: member.key, asker, askerId })
    way.send({ probe: { id, member: member.id, hops } })
  }

  /** Links by how near their cells are to the member's. */
  #linksTowards(member: Member): Link[] {
    const { links, directory } = this.#context
    const distance = (link: Link): number => directory.torus.distance(link.member.cell, member.cell)
    return [...links.links.values()].sort((a, b) => distance(a) - distance(b))
  }
}
