import type { CayleyGraph } from '@torusmesh/torus'
import { GossipError } from '../errors.ts'

/** Most links of a node that tree cast uses. */
export const SLOTS = 16

/**
 * Long generators of 8×8×8 that make, with the six neighbours, a graph of degree 14, diameter 4 and
 * mean distance 2.91; a random graph of degree 8 has 3.26. The best of 1,500 draws.
 */
export const LONG_GENERATORS: readonly (readonly number[])[] = [
  [4, 3, 3],
  [1, 5, 4],
  [3, 5, 1],
  [5, 7, 2]
]

/** What all nodes of a mesh know of its shape. Slot `i` of a node in cell c is linked with c + links[i]. */
export interface TreeCastPlan {
  readonly graph: CayleyGraph
  /** Links of every node, at most {@link SLOTS}. */
  readonly degree: number
  /** By slot: the slot in which the peer has this node. */
  readonly back: Uint8Array
  /** By offset (cell - source): hops to the source. */
  readonly hops: Uint8Array
  /** By offset: the slots whose peers are one hop closer to the source, one bit each. */
  readonly closer: Uint16Array
  /** `closer` of the peer in each slot, by offset × degree + slot: what a forwarding node asks for. */
  readonly choices: Uint16Array
}

/**
 * Tabulates a graph once; costs cells × degree, 3 + 2 × degree bytes a cell.
 *
 * @throws {GossipError} `bad-plan` for more than 16 links a cell or a diameter above 255.
 */
export function createTreeCastPlan(graph: CayleyGraph): TreeCastPlan {
  const { torus, cells, links, degree } = graph
  if (degree > SLOTS || graph.diameter > 255) {
    throw new GossipError('bad-plan', 'take a graph of at most 16 links a cell and diameter 255')
  }
  const hops = new Uint8Array(cells)
  for (let offset = 0; offset < cells; offset++) hops[offset] = graph.distance(0, offset)
  const peers = new Int32Array(cells * degree)
  const closer = new Uint16Array(cells)
  for (let offset = 0; offset < cells; offset++) {
    for (let slot = 0; slot < degree; slot++) {
      const peer = torus.translate(offset, links[slot]!)
      peers[offset * degree + slot] = peer
      if (hops[peer]! < hops[offset]!) closer[offset]! |= 1 << slot
    }
  }
  const choices = Uint16Array.from(peers, peer => closer[peer]!)
  const back = Uint8Array.from(links, link => links.indexOf(torus.offset(link, 0)))
  return { graph, degree, back, hops, closer, choices }
}
