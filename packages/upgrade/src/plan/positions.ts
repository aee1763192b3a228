import { createTakeover, type Takeover, type Torus } from '@torusmesh/torus'

/** Where a member sits. */
export interface Position {
  /** Member id, hex. */
  readonly member: string
  readonly cell: number
}

/** Most members of one plan. */
export const MAX_PLANNED_MEMBERS: number = 2 ** 20

/** The members of a mesh on their cells. Within it a member is its index, by ascending id. */
export class Positions {
  readonly torus: Torus
  readonly members: readonly Position[]
  readonly #indexOf = new Map<string, number>()
  readonly #residents = new Map<number, number[]>()
  readonly #neighbours = new Map<number, readonly number[]>()
  readonly #takeover: Takeover | undefined

  /** @throws RangeError for a cell that isn't of this torus, a member given twice, or too many members */
  constructor(torus: Torus, members: readonly Position[]) {
    if (members.length > MAX_PLANNED_MEMBERS) {
      throw new RangeError(`${members.length} members; a plan takes ${MAX_PLANNED_MEMBERS}`)
    }
    this.torus = torus
    this.members = [...members].sort((a, b) => (a.member < b.member ? -1 : 1))
    for (const [index, { member, cell }] of this.members.entries()) {
      torus.assertCell(cell)
      if (this.#indexOf.has(member)) throw new RangeError(`member ${member} is given twice`)
      this.#indexOf.set(member, index)
      const residents = this.#residents.get(cell)
      if (residents === undefined) this.#residents.set(cell, [index])
      else residents.push(index)
    }
    this.#takeover = members.length === 0 ? undefined : createTakeover(torus, this.cells)
  }

  get size(): number {
    return this.members.length
  }

  /** The occupied cells. */
  get cells(): Iterable<number> {
    return this.#residents.keys()
  }

  indexOf(member: string): number | undefined {
    return this.#indexOf.get(member)
  }

  cellOf(index: number): number {
    return this.members[index]!.cell
  }

  /** The members of a cell, ascending. */
  residents(cell: number): readonly number[] {
    return this.#residents.get(cell) ?? []
  }

  /** The occupied cells next to an occupied one, empty cells being hosted by their takers-over. */
  neighbours(cell: number): readonly number[] {
    let neighbours = this.#neighbours.get(cell)
    if (neighbours === undefined) {
      neighbours = this.#takeover?.effectiveNeighbours(cell) ?? []
      this.#neighbours.set(cell, neighbours)
    }
    return neighbours
  }
}
