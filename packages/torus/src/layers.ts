import { TorusError } from './errors.ts'
import type { Torus } from './torus.ts'

/** Largest diameter for which sizes are listed by distance. */
export const MAX_LISTED_DIAMETER: number = 2 ** 15

/**
 * How many cells lie at each distance 0 … diameter from any cell.
 * The rings of the axes are convolved, so the cost depends on the diameter alone.
 *
 * @throws TorusError `too-large` above {@link MAX_LISTED_DIAMETER}.
 */
export function layerSizes(torus: Torus): number[] {
  if (torus.diameter > MAX_LISTED_DIAMETER) {
    throw new TorusError(
      'too-large',
      `a diameter of ${torus.diameter} is too long to list, take at most ${MAX_LISTED_DIAMETER}`
    )
  }
  return torus.sides.reduce((sizes, side) => convolve(sizes, ringLayers(side)), [1])
}

/**
 * How many cells lie within each distance 0 … diameter of any cell, itself included.
 *
 * @throws TorusError `too-large` above {@link MAX_LISTED_DIAMETER}.
 */
export function ballSizes(torus: Torus): number[] {
  let within = 0
  return layerSizes(torus).map(size => {
    within += size
    return within
  })
}

/**
 * The cells at exactly `radius` hops from `cell`, ascending; none past the diameter.
 *
 * @throws TorusError `bad-cell`, `bad-radius`.
 */
export function layer(torus: Torus, cell: number, radius: number): number[] {
  assertRadius(radius)
  const { sides } = torus
  const centre = torus.coordsOf(cell)
  const found: number[] = []
  // What the axes after each one can still spend: a walk never starts that can't end at the radius.
  const reachAfter = sides.map((_, axis) => halves(sides.slice(axis + 1)))

  const walk = (axis: number, base: number, left: number): void => {
    if (axis === sides.length) {
      found.push(base)
      return
    }
    const side = sides[axis]!
    for (let gap = Math.max(0, left - reachAfter[axis]!); gap <= left && gap * 2 <= side; gap++) {
      const up = (centre[axis]! + gap) % side
      const down = (centre[axis]! - gap + side) % side
      walk(axis + 1, base * side + up, left - gap)
      if (up !== down) walk(axis + 1, base * side + down, left - gap)
    }
  }
  walk(0, 0, radius)
  return found.sort((a, b) => a - b)
}

/**
 * The cells within `radius` hops of `cell`: by distance, then by id, so `cell` itself comes first.
 *
 * @throws TorusError `bad-cell`, `bad-radius`.
 */
export function ball(torus: Torus, cell: number, radius: number): number[] {
  assertRadius(radius)
  const layers: number[][] = []
  for (let at = 0; at <= radius && at <= torus.diameter; at++) layers.push(layer(torus, cell, at))
  return layers.flat()
}

function assertRadius(radius: number): void {
  if (Number.isInteger(radius) && radius >= 0) return
  throw new TorusError('bad-radius', `${radius} is no radius, take an integer from 0 up`)
}

/**
 * Cells of a ring at each distance: one at 0, two at the next, one opposite if the side is even.
 */
function ringLayers(side: number): number[] {
  return Array.from({ length: Math.floor(side / 2) + 1 }, (_, gap) =>
    gap === 0 || gap * 2 === side ? 1 : 2
  )
}

function halves(sides: readonly number[]): number {
  return sides.reduce((sum, side) => sum + Math.floor(side / 2), 0)
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const sums = new Array<number>(a.length + b.length - 1).fill(0)
  for (const [i, x] of a.entries()) {
    for (const [j, y] of b.entries()) sums[i + j]! += x * y
  }
  return sums
}
