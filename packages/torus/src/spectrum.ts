import { assertTabulable } from './graph.ts'
import type { Torus } from './torus.ts'

/**
 * Eigenvalues of the Laplacian (degree − adjacency), ascending, one a cell. Floating point: for
 * reports, nothing may be decided by them. They are the sums of one eigenvalue of each axis: 2 −
 * 2cos(2πm/side), or 0 and 2 where the side is 2.
 *
 * @throws TorusError `too-large` above MAX_TABLE_CELLS cells.
 */
export function laplacianEigenvalues(torus: Torus): Float64Array {
  assertTabulable(torus)
  let sums = Float64Array.of(0)
  for (const side of torus.sides) {
    const grown = new Float64Array(sums.length * side)
    for (let m = 0; m < side; m++) {
      const value = ringEigenvalue(side, m)
      for (const [i, sum] of sums.entries()) grown[m * sums.length + i] = sum + value
    }
    sums = grown
  }
  return sums.sort()
}

/** How well a torus mixes. Floating point: for reports only. */
export interface SpectralGap {
  /** The smallest eigenvalue of the Laplacian above 0. */
  readonly lambda1: number
  /** λ₁ divided by the degree: comparable between graphs of different degrees. */
  readonly normalised: number
}

/**
 * The spectral gap, in closed form at any size: λ₁ = 2 − 2cos(2π / longest side), or 2 if all sides
 * are 2.
 */
export function spectralGap(torus: Torus): SpectralGap {
  const lambda1 = Math.min(...torus.sides.map(side => ringEigenvalue(side, 1)))
  return { lambda1, normalised: lambda1 / torus.degree }
}

function ringEigenvalue(side: number, m: number): number {
  // A ring of two cells has one link, not the two that the formula counts.
  return side === 2 ? 2 * m : 2 - 2 * Math.cos((2 * Math.PI * m) / side)
}
