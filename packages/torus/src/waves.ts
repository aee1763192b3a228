import { TorusError } from './errors.ts'
import { assertTabulable, type Graph, hopsFrom } from './graph.ts'
import type { Torus } from './torus.ts'

/**
 * Parts the cells into waves: cell x is in wave (a·x) mod `modulus`, a being the `coefficients`,
 * one an axis.
 */
export interface LinearColouring {
  readonly coefficients: readonly number[]
  readonly modulus: number
}

/**
 * (x + y + 2z) mod 4. On 8×8×8: 4 waves of 128 cells; while one is down a cell misses at most 2 of
 * its 6 neighbours, and the rest stays connected, with diameter 12.
 */
export const FOUR_WAVES: LinearColouring = { coefficients: [1, 1, 2], modulus: 4 }

/**
 * (x + 2y + 3z) mod 8. On 8×8×8: 8 waves of 64 cells; a cell and its neighbours are in 7 different
 * waves, so while one wave is down a cell misses at most 1 of its 6 neighbours, and the rest stays
 * connected, with diameter 12.
 */
export const EIGHT_WAVES: LinearColouring = { coefficients: [1, 2, 3], modulus: 8 }

/** Most waves: a wave fits a byte. */
export const MAX_WAVES = 256

/**
 * The wave of every cell. Works on any torus; how good the waves are there, {@link colouringFacts}
 * measures.
 *
 * @throws TorusError `bad-colouring`; `too-large` above MAX_TABLE_CELLS cells.
 */
export function waveColouring(torus: Torus, colouring: LinearColouring): Uint8Array {
  assertTabulable(torus)
  const { coefficients, modulus } = colouring
  assertWaves(modulus)
  if (coefficients.length !== torus.dimensions || !coefficients.every(isCoefficient)) {
    throw new TorusError(
      'bad-colouring',
      `give ${torus.dimensions} integers of at most 2^16, not [${coefficients}]`
    )
  }
  const waves = new Uint8Array(torus.cells)
  for (let cell = 0; cell < torus.cells; cell++) {
    const sum = torus.coordsOf(cell).reduce((total, x, axis) => total + x * coefficients[axis]!, 0)
    waves[cell] = ((sum % modulus) + modulus) % modulus
  }
  return waves
}

/** What holds while the waves of a colouring are down one after the other. */
export interface ColouringFacts {
  /** No two linked cells are in one wave. */
  readonly proper: boolean
  /** Cells of each wave. */
  readonly sizes: readonly number[]
  /** The most neighbours that a cell misses while it is up and another wave is down. */
  readonly maxNeighboursLost: number
  /** The fewest different waves among a cell and its neighbours. */
  readonly minWavesAround: number
  /**
   * For each wave, into how many connected parts the rest falls while it is down; 1 is what one
   * wants.
   */
  readonly parts: readonly number[]
}

/**
 * Measures a colouring, at cost cells × degree × waves.
 *
 * @param graph - the links to judge by: a torus, or a Cayley graph to count its long links too
 * @param waves - the wave of every cell, 0 to `count − 1`
 * @param count - how many waves there are
 * @throws TorusError `bad-colouring`; `too-large` above MAX_TABLE_CELLS cells.
 */
export function colouringFacts(
  graph: Graph,
  waves: ArrayLike<number>,
  count: number
): ColouringFacts {
  assertTabulable(graph)
  assertWaves(count)
  const sizes = new Array<number>(count).fill(0)
  let proper = true
  let maxNeighboursLost = 0
  let minWavesAround = count
  for (let cell = 0; cell < graph.cells; cell++) {
    const own = waveOf(waves, cell, count)
    sizes[own]!++
    const around = new Map<number, number>([[own, 0]])
    for (const next of graph.neighbours(cell)) {
      const wave = waveOf(waves, next, count)
      if (wave === own) proper = false
      else around.set(wave, (around.get(wave) ?? 0) + 1)
    }
    maxNeighboursLost = Math.max(maxNeighboursLost, ...around.values())
    minWavesAround = Math.min(minWavesAround, around.size)
  }
  const parts = sizes.map((_, wave) => partsWithout(graph, waves, wave))
  return { proper, sizes, maxNeighboursLost, minWavesAround, parts }
}

/** Most cells for which paths between all pairs are measured: 16³. */
export const MAX_ALL_PAIRS_CELLS: number = 2 ** 12

/**
 * The longest shortest path among the cells that are up while a wave is down; undefined if they are
 * not connected, or none. Costs cells² × degree.
 *
 * @throws TorusError `too-large` above {@link MAX_ALL_PAIRS_CELLS} cells.
 */
export function remainingDiameter(
  graph: Graph,
  waves: ArrayLike<number>,
  wave: number
): number | undefined {
  if (graph.cells > MAX_ALL_PAIRS_CELLS) {
    throw new TorusError(
      'too-large',
      `${graph.cells} cells are too many for all pairs, take at most ${MAX_ALL_PAIRS_CELLS}`
    )
  }
  let longest: number | undefined
  for (let source = 0; source < graph.cells; source++) {
    if (waves[source] === wave) continue
    const hops = hopsFrom(graph, source, cell => waves[cell] === wave)
    for (let cell = 0; cell < graph.cells; cell++) {
      if (waves[cell] === wave) continue
      if (hops[cell] === -1) return undefined
      longest = Math.max(longest ?? 0, hops[cell]!)
    }
  }
  return longest
}

function partsWithout(graph: Graph, waves: ArrayLike<number>, wave: number): number {
  const seen = new Uint8Array(graph.cells)
  let parts = 0
  for (let cell = 0; cell < graph.cells; cell++) {
    if (seen[cell] || waves[cell] === wave) continue
    parts++
    seen[cell] = 1
    const queue = [cell]
    for (const at of queue) {
      for (const next of graph.neighbours(at)) {
        if (seen[next] || waves[next] === wave) continue
        seen[next] = 1
        queue.push(next)
      }
    }
  }
  return parts
}

function waveOf(waves: ArrayLike<number>, cell: number, count: number): number {
  const wave = waves[cell]
  if (wave !== undefined && Number.isInteger(wave) && wave >= 0 && wave < count) return wave
  throw new TorusError(
    'bad-colouring',
    `cell ${cell} is in wave ${wave}, give each cell one from 0 to ${count - 1}`
  )
}

function assertWaves(count: number): void {
  if (Number.isInteger(count) && count >= 1 && count <= MAX_WAVES) return
  throw new TorusError('bad-colouring', `${count} waves are no colouring, take 1 to ${MAX_WAVES}`)
}

function isCoefficient(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 16
}
