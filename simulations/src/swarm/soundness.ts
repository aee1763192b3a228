import { quorumOf } from '@torusmesh/health'
import type { FaultEvent } from '../faults/event.ts'
import type { Topology } from '../topology/topology.ts'

/**
 * Keeps faults within what quorums of neighbours tolerate. A node is unsound that lies, stands still, is
 * starved or deaf at some time of the run. Of each node's watchers fewer than a quorum may be unsound;
 * where nodes crash, and the living must agree on it, a quorum has to be sound.
 */
export class Soundness {
  readonly #topology: Topology
  readonly #finds: boolean
  readonly #unsound = new Set<number>()

  /** @param finds - whether crashes must be found */
  constructor(topology: Topology, finds: boolean) {
    this.#topology = topology
    this.#finds = finds
  }

  /** Counts a node as unsound, if that is tolerated. */
  admit(node: number): boolean {
    if (this.#unsound.has(node)) return true
    this.#unsound.add(node)
    const tolerated = this.#watchersOf(node).every(subject => this.#tolerates(subject))
    if (!tolerated) this.#unsound.delete(node)
    return tolerated
  }

  #tolerates(subject: number): boolean {
    const watchers = this.#watchersOf(subject)
    const unsound = watchers.filter(watcher => this.#unsound.has(watcher)).length
    const quorum = quorumOf(watchers.length)
    return unsound <= (this.#finds ? watchers.length - quorum : quorum - 1)
  }

  #watchersOf(node: number): readonly number[] {
    return watchersOf(this.#topology, node)
  }
}

/** Neighbours on the torus watch each other. */
function watchersOf(topology: Topology, node: number): number[] {
  const { degree, distance } = topology
  const watchers = new Set<number>()
  for (let link = 0; link < degree; link++) {
    const peer = topology.peer(node, link)
    if (peer >= 0 && (distance === undefined || distance(node, peer) <= 1)) watchers.add(peer)
  }
  return [...watchers]
}

/** How many nodes a schedule gives others a reason to call down, each time anew. */
export function callsOf(schedule: readonly FaultEvent[], topology: Topology): number {
  let calls = 0
  for (const event of schedule) {
    if (event.kind === 'partition') calls += cutOff(event.side, topology)
    else if (event.kind !== 'turn' && event.kind !== 'skew') calls++
  }
  return calls
}

/** Nodes that a quorum of their watchers doesn't hear across the cut. */
function cutOff(side: readonly number[], topology: Topology): number {
  const inside = new Set(side)
  let nodes = 0
  for (let node = 0; node < topology.nodes; node++) {
    const watchers = watchersOf(topology, node)
    const across = watchers.filter(watcher => inside.has(watcher) !== inside.has(node)).length
    if (across >= quorumOf(watchers.length)) nodes++
  }
  return nodes
}

/** Whether quorums tolerate a schedule. */
export function isTolerated(schedule: readonly FaultEvent[], topology: Topology): boolean {
  const finds = schedule.some(({ kind }) => kind === 'crash')
  const soundness = new Soundness(topology, finds)
  return schedule.every(event => {
    const makesUnsound =
      event.kind === 'pause' ||
      event.kind === 'deaf' ||
      event.kind === 'slow' ||
      event.kind === 'turn'
    return !makesUnsound || soundness.admit(event.node)
  })
}
