import { draw } from '../engine/random.ts'
import type { Topology } from '../topology/topology.ts'
import type { NodeSelection } from './spec.ts'

/** Draws of one fault of a spec: `seed` and `stream` say whose, `n` which. */
export interface FaultDraws {
  readonly seed: number
  readonly stream: number
}

/** Different ends of one fault's draws. */
export const Draw = { selection: 0, centre: 1, leave: 2 } as const

/** A whole number from 0 to `bound - 1`; the bias is below bound / 2^32. */
export function below(bound: number, draws: FaultDraws, end: number, n: number): number {
  return draw(draws.seed, draws.stream, end, n) % bound
}

/** How many nodes a checked selection has at most. */
export function selectionSize(selection: NodeSelection, nodes: number): number {
  if ('nodes' in selection) return selection.nodes.length
  if ('count' in selection) return selection.count
  if ('sharePermille' in selection) return Math.ceil((nodes * selection.sharePermille) / 1_000)
  return nodes
}

/**
 * The nodes of a checked selection: the named in their order, a ball by number, others in the order
 * they were drawn. A share is rounded up, so it has a node.
 */
export function select(
  selection: NodeSelection,
  topology: Topology,
  draws: FaultDraws
): readonly number[] {
  const { nodes, distance } = topology
  if ('nodes' in selection) return selection.nodes
  if ('count' in selection || 'sharePermille' in selection) {
    return drawDistinct(selectionSize(selection, nodes), nodes, draws)
  }
  const centre = selection.of ?? below(nodes, draws, Draw.centre, 0)
  const ball: number[] = []
  for (let node = 0; node < nodes; node++) {
    if (distance!(centre, node) <= selection.radius) ball.push(node)
  }
  return ball
}

/** The first `count` of a shuffle of all nodes, which isn't laid out: only what moved is kept. */
function drawDistinct(count: number, nodes: number, draws: FaultDraws): number[] {
  const moved = new Map<number, number>()
  const drawn: number[] = []
  for (let i = 0; i < count; i++) {
    const at = i + below(nodes - i, draws, Draw.selection, i)
    drawn.push(moved.get(at) ?? at)
    moved.set(at, moved.get(i) ?? i)
    moved.delete(i)
  }
  return drawn
}
