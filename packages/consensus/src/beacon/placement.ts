import { hexToBytes } from '@torusmesh/protocol'
import { createRandomStream, type Torus } from '@torusmesh/torus'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'

/**
 * Deals the validators of an epoch to cells: nobody chooses a neighbourhood. As long as there are
 * cells without a validator no cell gets a second one; past that every cell gets one more in turn.
 *
 * @param beacon - randomness that nobody knew when the validators joined
 * @returns the cell of each validator, by index
 */
export function placeValidators(epoch: Epoch, torus: Torus, beacon: Digest): number[] {
  const stream = createRandomStream(hexToBytes(beacon))
  // A shuffle that only holds the cells it moved: tori are far larger than sets.
  let moved = new Map<number, number>()
  return epoch.validators.map((_, index) => {
    const dealt = index % torus.cells
    if (dealt === 0) moved = new Map()
    const drawn = dealt + stream.below(torus.cells - dealt)
    const cell = moved.get(drawn) ?? drawn
    moved.set(drawn, moved.get(dealt) ?? dealt)
    return cell
  })
}

/** Who speaks for each cell: of several validators the one dealt first. */
export function seatsOf(epoch: Epoch, torus: Torus, beacon: Digest): Map<number, number> {
  const seats = new Map<number, number>()
  for (const [validator, cell] of placeValidators(epoch, torus, beacon).entries()) {
    if (!seats.has(cell)) seats.set(cell, validator)
  }
  return seats
}
