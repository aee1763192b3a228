import { type Epoch, isChurnAllowed, POWER_MAX, type Validator } from '@torusmesh/consensus'
import { draw } from '../../engine/random.ts'
import { firstEpoch, memberOf, type StandInKeys } from '../stand-in.ts'
import type { Dice } from './dice.ts'

/** Sets of every size have so many spreads of power; half of them are of equals. */
const SPREADS = 4
/** Δ of clusters, ms. */
const DELAY_MS = 20
const SPREAD_STREAM = 0x434e_0100

/** Epochs don't depend on runs: a thread makes each once. */
const pool = new Map<number, Epoch>()

/** A drawn epoch of members 0 to `size - 1`. */
export function drawEpoch(keys: StandInKeys, size: number, dice: Dice): Epoch {
  const number = size * SPREADS + dice.below(SPREADS)
  let epoch = pool.get(number)
  if (epoch === undefined) {
    const seed = number.toString(16).padStart(64, '5')
    epoch = firstEpoch(keys, powersOf(size, number), { seed, delayMs: DELAY_MS })
    pool.set(number, epoch)
  }
  return epoch
}

function powersOf(size: number, number: number): number[] {
  return Array.from({ length: size }, (_, member) =>
    number % SPREADS < SPREADS / 2
      ? 1
      : 1 +
        (draw(number, SPREAD_STREAM, member, 0) % Math.min(POWER_MAX, 2 + (number % SPREADS) / 2))
  ).map(Math.floor)
}

/** A set that may follow: somebody comes, goes, or gets another power, if that is allowed at all. */
export function drawNextSet(
  keys: StandInKeys,
  from: readonly Validator[],
  size: number,
  isFaulty: (member: number) => boolean,
  dice: Dice
): readonly Validator[] {
  const change = dice.below(3)
  const chosen = dice.below(size)
  const power = 1 + dice.below(POWER_MAX)
  const isIn = from.some(validator => memberOf(validator) === chosen)
  const to = isIn
    ? change === 0
      ? from.filter(validator => memberOf(validator) !== chosen)
      : from.map(validator =>
          memberOf(validator) === chosen ? { ...validator, power } : validator
        )
    : [...from, keys.validator(chosen, power)]
  const faulty = to.filter(validator => isFaulty(memberOf(validator)))
  const isSafe = 3 * powerSum(faulty) < powerSum(to)
  return isSafe && isChurnAllowed(from, to) ? to : from
}

export function powerSum(validators: readonly Validator[]): number {
  return validators.reduce((sum, { power }) => sum + power, 0)
}
