import { quorumOf } from '@torusmesh/health'
import type { RunSetup } from '../scenario/scenario.ts'
import { RADIUS } from './ball-cast.ts'
import type { Crash, Fates } from './fates.ts'

/**
 * Whom the living can tell of a crash: statements go from link to link inside the ball around the dead
 * one, notices through the whole mesh. Where half of the ball is dead a watcher may be cut off in it.
 */
export class Reach {
  readonly #setup: RunSetup
  readonly #fates: Fates

  constructor(setup: RunSetup, fates: Fates) {
    this.#setup = setup
    this.#fates = fates
  }

  /**
   * Whether honest nodes that run until `toMs`, and that no partition parts from each other, connect a
   * watcher with a quorum of watchers, or, if there are notices, with one who hears a quorum.
   */
  hears(crash: Crash, watcher: number, toMs: number): boolean {
    const watchers = this.#watchersOf(crash.node)
    const quorum = quorumOf(watchers.length)
    const isHeardBy = (node: number): boolean => {
      const near = this.#connected(crash, node, toMs, RADIUS)
      return watchers.filter(other => near.has(other)).length >= quorum
    }
    if (isHeardBy(watcher)) return true
    if (this.#setup.spec.parameters['notices'] !== true) return false
    const all = this.#connected(crash, watcher, toMs, Number.POSITIVE_INFINITY)
    return watchers.some(other => other !== watcher && all.has(other) && isHeardBy(other))
  }

  #watchersOf(node: number): number[] {
    return this.#linked(node).filter(peer => this.#setup.topology.distance!(node, peer) <= 1)
  }

  #linked(node: number): number[] {
    const { topology } = this.#setup
    const links = Array.from({ length: topology.degree }, (_, link) => topology.peer(node, link))
    return links.filter(peer => peer >= 0)
  }

  /** Nodes around the dead one that are connected with `start`, which is one of them. */
  #connected({ node, fromMs }: Crash, start: number, toMs: number, radius: number): Set<number> {
    const found = new Set([start])
    for (const from of found) {
      for (const peer of this.#linked(from)) {
        if (found.has(peer) || this.#setup.topology.distance!(node, peer) > radius) continue
        const carries = !this.#fates.isByzantine(peer) && this.#fates.runs(peer, fromMs, toMs)
        if (carries && !this.#fates.partedWithin(from, peer, fromMs, toMs)) found.add(peer)
      }
    }
    return found
  }
}
