import { TorusError } from './errors.ts'

/**
 * Cells and who is linked with whom. Cells are the integers `0 … cells − 1`; links go both ways.
 */
export interface Graph {
  readonly cells: number
  /** The cells linked with `cell`, each once, without `cell` itself. */
  neighbours(cell: number): readonly number[]
}

/** Most cells for which anything keeps an entry per cell: 256³. */
export const MAX_TABLE_CELLS: number = 2 ** 24

/** @throws TorusError `too-large` above {@link MAX_TABLE_CELLS}. */
export function assertTabulable(graph: Graph): void {
  if (graph.cells <= MAX_TABLE_CELLS) return
  throw new TorusError(
    'too-large',
    `${graph.cells} cells are too many for a table, take at most ${MAX_TABLE_CELLS}`
  )
}

/**
 * Hops from `source` to every cell over the cells that are not `down`; −1 where no path leads.
 *
 * @param down - cells that can't be passed; `source` must not be one of them
 * @throws TorusError `too-large` above {@link MAX_TABLE_CELLS} cells.
 */
export function hopsFrom(
  graph: Graph,
  source: number,
  down: (cell: number) => boolean = nobody
): Int32Array {
  assertTabulable(graph)
  const hops = new Int32Array(graph.cells).fill(-1)
  const queue = [source]
  hops[source] = 0
  for (const cell of queue) {
    for (const next of graph.neighbours(cell)) {
      if (hops[next] !== -1 || down(next)) continue
      hops[next] = hops[cell]! + 1
      queue.push(next)
    }
  }
  return hops
}

function nobody(): boolean {
  return false
}
