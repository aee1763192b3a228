import type { CayleyGraph } from './cayley.ts'

/**
 * One spanning tree that serves every source, because the graph looks alike from each cell: a cell
 * finds its children from (own cell − source cell) alone, without messages and without state per
 * source. Every cell is reached over a shortest path. Methods are unchecked, as the hot ones of
 * `Torus`.
 */
export interface BroadcastTree {
  readonly graph: CayleyGraph
  /** The cells that `cell` passes a message of `source` on to. */
  children(cell: number, source: number): number[]
  /** The cell from which `cell` gets a message of `source`; undefined for the source. */
  parent(cell: number, source: number): number | undefined
}

/**
 * Builds the tree once. Among the neighbours that are one hop closer to the source, a cell's parent
 * is the one with fewest children so far, which spreads the uploads: on 8×8×8 with the generator
 * (1,2,3) the source has 8 children and nobody else more than 5. Costs cells × log cells.
 */
export function createBroadcastTree(graph: CayleyGraph): BroadcastTree {
  const { torus, cells } = graph
  const parents = parentsByOffset(graph)

  // Children of all offsets in one column: those of `offset` lie between starts[offset] and
  // starts[offset + 1].
  const starts = new Int32Array(cells + 1)
  for (let offset = 1; offset < cells; offset++) starts[parents[offset]! + 1]!++
  for (let offset = 0; offset < cells; offset++) starts[offset + 1]! += starts[offset]!
  const column = new Int32Array(cells - 1)
  const filled = starts.slice()
  for (let offset = 1; offset < cells; offset++) column[filled[parents[offset]!]!++] = offset

  return {
    graph,
    children(cell, source) {
      const offset = torus.offset(source, cell)
      const children: number[] = []
      for (let at = starts[offset]!; at < starts[offset + 1]!; at++) {
        children.push(torus.translate(source, column[at]!))
      }
      return children
    },
    parent(cell, source) {
      if (cell === source) return undefined
      return torus.translate(source, parents[torus.offset(source, cell)]!)
    }
  }
}

/** Parent of each offset in the tree rooted at 0; the entry of 0 means nothing. */
function parentsByOffset(graph: CayleyGraph): Int32Array {
  const { cells } = graph
  const closer = (offset: number): number[] => {
    const wanted = graph.distance(0, offset) - 1
    return graph.neighbours(offset).filter(next => graph.distance(0, next) === wanted)
  }
  const choices = Uint16Array.from({ length: cells }, (_, offset) => closer(offset).length)
  // Those with the least choice go first in every layer: the others can still avoid the busy.
  const order = Int32Array.from({ length: cells - 1 }, (_, i) => i + 1).sort(
    (a, b) => graph.distance(0, a) - graph.distance(0, b) || choices[a]! - choices[b]! || a - b
  )
  const parents = new Int32Array(cells)
  const fanOut = new Uint16Array(cells)
  for (const offset of order) {
    const parent = closer(offset).reduce((least, next) =>
      fanOut[next]! < fanOut[least]! ? next : least
    )
    parents[offset] = parent
    fanOut[parent]!++
  }
  return parents
}
