import { SimulationError } from '../errors.ts'

const DIMENSIONS = 3

/**
 * Sides of the torus nearest to a cube, largest first: 512 → 8×8×8, 1,048,576 → 128×128×64.
 *
 * @throws {SimulationError} `bad-setting` if `nodes` isn't a product of three sides of 2 or more
 */
export function sidesFor(nodes: number): readonly number[] {
  let best: readonly number[] | undefined
  for (let a = 2; a ** DIMENSIONS <= nodes; a++) {
    if (nodes % a !== 0) continue
    for (let b = a; a * b * b <= nodes; b++) {
      if ((nodes / a) % b !== 0) continue
      const sides = [nodes / a / b, b, a]
      if (best === undefined || sumOf(sides) < sumOf(best)) best = sides
    }
  }
  if (best !== undefined) return best
  throw new SimulationError(
    'bad-setting',
    `${nodes} nodes make no torus of three sides: take 512, 4096, 32768, 262144, 1048576 or a·b·c`
  )
}

function sumOf(sides: readonly number[]): number {
  return sides.reduce((sum, side) => sum + side, 0)
}
