import type { WavePlan } from './planner.ts'
import type { Positions } from './positions.ts'

const CANARY = 'C'
const OCTANTS = 'o'
const EMPTY = '·'
const DIGITS = '123456789abcdefghijklmnpqrstuvwxyzABDEFGHIJKLMNOPQRSTUVWXYZ'

/**
 * The plan on the torus, a character a cell: `C` the canary, `o` one of the octants, a digit or letter
 * the wave, `+` a wave past the letters, `·` nobody. Slices of the first axis stand side by side.
 *
 * @returns lines; of a cell with several members the first to upgrade is shown
 */
export function planPicture(positions: Positions, plan: WavePlan): string[] {
  const { torus } = positions
  const marks = new Map<number, string>()
  let number = 0
  for (const { stage, members } of plan.waves) {
    const mark =
      stage === 'canary' ? CANARY : stage === 'octants' ? OCTANTS : (DIGITS[number++] ?? '+')
    for (const member of members) {
      const cell = positions.cellOf(positions.indexOf(member)!)
      if (!marks.has(cell)) marks.set(cell, mark)
    }
  }
  const width = torus.sides.at(-1)!
  const height = torus.sides.at(-2) ?? 1
  const slices = torus.cells / (width * height)
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: slices }, (_, slice) =>
      Array.from(
        { length: width },
        (_, column) => marks.get((slice * height + row) * width + column) ?? EMPTY
      ).join('')
    ).join('  ')
  )
}
