import { TorusError } from './errors.ts'
import type { Graph } from './graph.ts'

/** Most dimensions of a torus. */
export const MAX_DIMENSIONS = 8
/** Most cells of a torus, so that every cell is a non-negative 32-bit integer. */
export const MAX_CELLS: number = 2 ** 31

/**
 * A grid that wraps around in every dimension.
 *
 * A cell is an integer id; the last axis is the fastest, so on 8×8×8 `id = (x·8 + y)·8 + z`. The
 * methods marked *unchecked* are for hot loops: give them cells of this torus (see `isCell`), or
 * the answer means nothing.
 */
export class Torus implements Graph {
  readonly sides: readonly number[]
  readonly dimensions: number
  readonly cells: number
  /** Neighbours of a cell: two an axis, one where the side is 2. */
  readonly degree: number
  /** Largest distance between two cells. */
  readonly diameter: number
  /** Mean distance from a cell to all others; for reports, nothing is decided by it. */
  readonly meanDistance: number
  private readonly strides: readonly number[]
  private readonly directions: readonly Direction[]

  /** Use {@link createTorus}, which checks the sides. */
  constructor(sides: readonly number[]) {
    this.sides = sides
    this.dimensions = sides.length
    this.strides = sides.map((_, axis) => product(sides.slice(axis + 1)))
    this.directions = sides.flatMap(directionsOf)
    this.cells = product(sides)
    this.degree = this.directions.length
    this.diameter = sides.reduce((sum, side) => sum + Math.floor(side / 2), 0)
    // On a ring the distances from a cell add up to ⌊side² / 4⌋; each counts once for every cell of
    // the other axes.
    const total = sides.reduce(
      (sum, side) => sum + (Math.floor(side ** 2 / 4) * this.cells) / side,
      0
    )
    this.meanDistance = total / (this.cells - 1)
  }

  /** Whether `value` is a cell of this torus. */
  isCell(value: number): boolean {
    return Number.isInteger(value) && value >= 0 && value < this.cells
  }

  /** @throws TorusError `bad-cell`. */
  assertCell(cell: number): void {
    if (this.isCell(cell)) return
    throw new TorusError('bad-cell', `${cell} is no cell, take 0 to ${this.cells - 1}`)
  }

  /**
   * The cell at integer coordinates, one an axis; they wrap around, so −1 is the last.
   *
   * @throws TorusError `bad-coordinates`.
   */
  cellAt(coords: readonly number[]): number {
    if (coords.length !== this.dimensions || !coords.every(Number.isSafeInteger)) {
      throw new TorusError('bad-coordinates', `give ${this.dimensions} integers, not [${coords}]`)
    }
    return coords.reduce((cell, x, axis) => {
      const side = this.sides[axis]!
      return cell * side + (((x % side) + side) % side)
    }, 0)
  }

  /**
   * Coordinates of a cell, each from 0 to its side − 1.
   *
   * @throws TorusError `bad-cell`.
   */
  coordsOf(cell: number): number[] {
    this.assertCell(cell)
    return this.sides.map((side, axis) => Math.floor(cell / this.strides[axis]!) % side)
  }

  /** Wrap-around Manhattan distance: the hops of a shortest path. Unchecked. */
  distance(a: number, b: number): number {
    const { sides } = this
    let hops = 0
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const side = sides[axis]!
      const gap = Math.abs((a % side) - (b % side))
      hops += gap * 2 > side ? side - gap : gap
      a = (a / side) | 0
      b = (b / side) | 0
    }
    return hops
  }

  /** `to − from`: the cell that is to cell 0 as `to` is to `from`. Unchecked. */
  offset(from: number, to: number): number {
    const { sides, strides } = this
    let offset = 0
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const side = sides[axis]!
      const gap = (to % side) - (from % side)
      offset += (gap < 0 ? gap + side : gap) * strides[axis]!
      from = (from / side) | 0
      to = (to / side) | 0
    }
    return offset
  }

  /** `cell + offset`, the inverse of {@link Torus.offset}. Unchecked. */
  translate(cell: number, offset: number): number {
    const { sides, strides } = this
    let moved = 0
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      const side = sides[axis]!
      const sum = (cell % side) + (offset % side)
      moved += (sum < side ? sum : sum - side) * strides[axis]!
      cell = (cell / side) | 0
      offset = (offset / side) | 0
    }
    return moved
  }

  /**
   * The neighbour in a direction; allocates nothing. Unchecked.
   *
   * @param direction - 0 to `degree − 1`, in the order of {@link Torus.neighbours}
   */
  neighbourAt(cell: number, direction: number): number {
    const { axis, sign } = this.directions[direction]!
    const side = this.sides[axis]!
    const stride = this.strides[axis]!
    const x = ((cell / stride) | 0) % side
    if (sign > 0) return x === side - 1 ? cell - x * stride : cell + stride
    return x === 0 ? cell + (side - 1) * stride : cell - stride
  }

  /**
   * The neighbours in the order +x, −x, +y, …; an axis with a side of 2 gives only one. Unchecked.
   */
  neighbours(cell: number): number[] {
    const cells: number[] = []
    for (let direction = 0; direction < this.degree; direction++) {
      cells.push(this.neighbourAt(cell, direction))
    }
    return cells
  }

  /** Axis and sign of a direction. Unchecked. */
  directionAt(direction: number): Direction {
    return this.directions[direction]!
  }
}

/** One of the ways to leave a cell: along an axis, up (1) or down (−1). */
export interface Direction {
  readonly axis: number
  readonly sign: 1 | -1
}

/**
 * A torus of any dimension with sides of at least 2, which may differ; 8×8×8 unless told.
 *
 * @throws TorusError `bad-sides` for more than {@link MAX_DIMENSIONS} sides, a side below 2, or
 *   more than {@link MAX_CELLS} cells.
 */
export function createTorus(sides: readonly number[] = [8, 8, 8]): Torus {
  const fits =
    sides.length >= 1 &&
    sides.length <= MAX_DIMENSIONS &&
    sides.every(side => Number.isInteger(side) && side >= 2 && side <= MAX_CELLS) &&
    product(sides) <= MAX_CELLS
  if (!fits) {
    throw new TorusError(
      'bad-sides',
      `[${sides}] makes no torus, give 1 to ${MAX_DIMENSIONS} integers from 2 up, 2^31 as product`
    )
  }
  return new Torus([...sides])
}

function directionsOf(side: number, axis: number): Direction[] {
  const up: Direction = { axis, sign: 1 }
  return side === 2 ? [up] : [up, { axis, sign: -1 }]
}

function product(factors: readonly number[]): number {
  return factors.reduce((result, factor) => result * factor, 1)
}
