import { TorusError } from './errors.ts'
import { type Graph, hopsFrom } from './graph.ts'
import type { Torus } from './torus.ts'

/**
 * A torus with the same long links at every cell: a Cayley graph, which looks alike from each of
 * its cells.
 *
 * On 8×8×8 the antipode (4,4,4) halves the diameter, from 12 to 6, for one link a cell.
 */
export interface CayleyGraph extends Graph {
  readonly torus: Torus
  /**
   * Where the links of a cell lead, as offsets: the torus neighbours of cell 0 first, then each
   * generator and its negative. With every offset its negative is here too.
   */
  readonly links: readonly number[]
  readonly degree: number
  readonly diameter: number
  /** Mean number of hops from a cell to all others; for reports, nothing is decided by it. */
  readonly meanDistance: number
  /** Hops of a shortest path over all links. Unchecked, as the hot methods of {@link Torus}. */
  distance(a: number, b: number): number
}

/**
 * Adds generators to a torus: each cell is linked with `cell + g` and `cell − g` for every
 * generator `g`.
 *
 * @param generators - coordinates of offsets; one that is a torus neighbour or already there adds
 *   nothing
 * @throws TorusError `bad-coordinates`; `bad-generator` for the zero offset; `too-large` above
 *   MAX_TABLE_CELLS cells.
 */
export function createCayleyGraph(
  torus: Torus,
  generators: ReadonlyArray<readonly number[]> = []
): CayleyGraph {
  const extra = generators.flatMap(coords => {
    const offset = torus.cellAt(coords)
    if (offset === 0) {
      throw new TorusError('bad-generator', `[${coords}] leads nowhere, leave it out`)
    }
    return [offset, torus.offset(offset, 0)]
  })
  const links = Object.freeze([...new Set([...torus.neighbours(0), ...extra])])
  const neighbours = (cell: number): number[] => links.map(link => torus.translate(cell, link))
  const hops = hopsFrom({ cells: torus.cells, neighbours }, 0)
  return {
    torus,
    cells: torus.cells,
    links,
    degree: links.length,
    diameter: hops.reduce((most, hop) => Math.max(most, hop)),
    meanDistance: hops.reduce((sum, hop) => sum + hop) / (torus.cells - 1),
    neighbours,
    distance: (a, b) => hops[torus.offset(a, b)]!
  }
}
