import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createTorus,
  type Graph,
  type Torus,
  TorusError,
  type TorusErrorCode
} from '../src/index.ts'

/** Runs a property on the same cases every time. */
export function check<Values extends unknown[]>(
  property: fc.IPropertyWithHooks<Values>,
  numRuns = 100
): void {
  fc.assert(property, { seed: 0x70_72_75_73, numRuns })
}

/** Tori of 1 to 4 dimensions with sides 2 to 9 that differ, of at most `maxCells` cells. */
export function anyTorus(maxCells = 300): fc.Arbitrary<Torus> {
  return fc
    .array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 4 })
    .filter(sides => sides.reduce((cells, side) => cells * side) <= maxCells)
    .map(sides => createTorus(sides))
}

/** A torus with cells of it. */
export function torusWithCells(
  count: number,
  maxCells?: number
): fc.Arbitrary<[torus: Torus, ...cells: number[]]> {
  return anyTorus(maxCells).chain(torus => {
    const cell = fc.integer({ min: 0, max: torus.cells - 1 })
    return fc.tuple(fc.constant(torus), ...new Array<fc.Arbitrary<number>>(count).fill(cell))
  })
}

/** A torus with a non-empty set of occupied cells. */
export function torusWithOccupied(
  maxCells?: number
): fc.Arbitrary<[torus: Torus, cells: number[]]> {
  return anyTorus(maxCells).chain(torus =>
    fc.tuple(
      fc.constant(torus),
      fc.uniqueArray(fc.integer({ min: 0, max: torus.cells - 1 }), { minLength: 1 })
    )
  )
}

/** Hops from a cell by a plain search over coordinates, independent of the code under test. */
export function searchedHops(sides: readonly number[], source: number): number[] {
  const cells = sides.reduce((product, side) => product * side, 1)
  const hops = new Array<number>(cells).fill(-1)
  hops[source] = 0
  const queue = [source]
  for (const cell of queue) {
    for (const next of searchedNeighbours(sides, cell)) {
      if (hops[next] !== -1) continue
      hops[next] = hops[cell]! + 1
      queue.push(next)
    }
  }
  return hops
}

/** Neighbours of a cell by the definition: one coordinate changed by one, both ways, each once. */
export function searchedNeighbours(sides: readonly number[], cell: number): number[] {
  const found: number[] = []
  let stride = sides.reduce((product, side) => product * side, 1)
  for (const side of sides) {
    const block = Math.floor(cell / stride) * stride
    const within = cell - block
    const step = stride / side
    found.push(block + ((within + step) % stride), block + ((within - step + stride) % stride))
    stride = step
  }
  return [...new Set(found)]
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

export function ascending(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b)
}

/** Whether every one of the cells can reach every other over the links. */
export function isConnected(
  cells: readonly number[],
  neighbours: (cell: number) => readonly number[]
): boolean {
  const seen = new Set(cells.slice(0, 1))
  for (const cell of seen) for (const next of neighbours(cell)) seen.add(next)
  return cells.every(cell => seen.has(cell))
}

export function throwsCode(code: TorusErrorCode, call: () => unknown): void {
  assert.throws(call, (error: unknown) => {
    assert.ok(error instanceof TorusError, String(error))
    assert.equal(error.code, code)
    return true
  })
}

/** A graph from a list of links, for colourings and searches on small examples. */
export function graphOf(cells: number, links: ReadonlyArray<readonly [number, number]>): Graph {
  return {
    cells,
    neighbours: cell =>
      links
        .flatMap(([a, b]) => (a === cell ? [b] : []))
        .concat(links.flatMap(([a, b]) => (b === cell ? [a] : [])))
  }
}
