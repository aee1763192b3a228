import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ball, createTakeover, createTorus, type Takeover, type Torus } from '../src/index.ts'
import { ascending, check, isConnected, range, throwsCode, torusWithOccupied } from './support.ts'

const torus = createTorus()

/** 1 to 256 occupied cells of 8×8×8, scattered or in two balls. */
const occupied = fc.oneof(
  fc.uniqueArray(fc.nat(511), { minLength: 1, maxLength: 256, size: 'max' }),
  fc
    .tuple(fc.nat(511), fc.nat(3), fc.nat(511), fc.nat(3))
    .map(([a, aRadius, b, bRadius]) => [
      ...new Set([...ball(torus, a, aRadius), ...ball(torus, b, bRadius)])
    ])
)

describe('takeover', () => {
  it('lets a nearest occupied cell host every cell', () => {
    check(
      fc.property(torusWithOccupied(), ([any, cells]) => {
        const takeover = createTakeover(any, cells)
        assert.deepEqual(takeover.occupied, ascending(cells))
        for (const cell of range(any.cells)) {
          const nearest = Math.min(...cells.map(other => any.distance(cell, other)))
          assert.ok(cells.includes(takeover.hostOf(cell)))
          assert.equal(any.distance(cell, takeover.hostOf(cell)), nearest)
        }
      })
    )
  })

  it('lets a host reach all of its territory through its territory', () => {
    check(
      fc.property(torusWithOccupied(), ([any, cells]) => {
        const takeover = createTakeover(any, cells)
        for (const host of cells) {
          const own = range(any.cells).filter(cell => takeover.hostOf(cell) === host)
          const inside = (cell: number): number[] =>
            any.neighbours(cell).filter(next => own.includes(next))
          assert.ok(isConnected(own, inside))
        }
      })
    )
  })

  it('makes neighbours of those whose territories touch, and of no others', () => {
    check(
      fc.property(torusWithOccupied(120), ([any, cells]) => {
        const takeover = createTakeover(any, cells)
        for (const host of cells) {
          const expected = touching(any, takeover, host).sort(
            (a, b) => any.distance(host, a) - any.distance(host, b) || a - b
          )
          assert.deepEqual(takeover.effectiveNeighbours(host), expected)
        }
      })
    )
  })

  it('is mutual, and leads from every occupied cell to every other', () => {
    check(
      fc.property(occupied, cells => {
        const takeover = createTakeover(torus, cells)
        const neighbours = new Map(
          cells.map(cell => [cell, takeover.effectiveNeighbours(cell)] as const)
        )
        for (const [cell, others] of neighbours) {
          assert.ok(!others.includes(cell))
          for (const other of others) assert.ok(neighbours.get(other)!.includes(cell))
        }
        assert.ok(isConnected(cells, cell => neighbours.get(cell)!))
      }),
      60
    )
  })

  it('keeps everything connected under a limit of 12, where plain nearness falls apart', () => {
    check(
      fc.property(occupied, cells => {
        const takeover = createTakeover(torus, cells)
        assert.ok(isConnected(cells, linksUnder(takeover, 12)))
      }),
      60
    )
    const clusters = [...ball(torus, 0, 1), ...ball(torus, torus.cellAt([4, 4, 4]), 1)]
    const takeover = createTakeover(torus, clusters)
    const nearest = (cell: number): number[] => takeover.effectiveNeighbours(cell).slice(0, 6)
    assert.equal(isConnected(clusters, nearest), false)
    assert.ok(isConnected(clusters, linksUnder(takeover, 6)))
  })

  it('keeps at most the limit, the essential before the near, by distance', () => {
    check(
      fc.property(torusWithOccupied(120), fc.nat(8), ([any, cells], limit) => {
        const takeover = createTakeover(any, cells)
        for (const host of cells) {
          const all = takeover.effectiveNeighbours(host)
          const kept = takeover.effectiveNeighbours(host, limit)
          assert.equal(kept.length, Math.min(limit, all.length))
          const essential = all.filter(other => isEssential(any, takeover, host, other))
          const others = all.filter(other => !essential.includes(other))
          const wanted = new Set([...essential, ...others].slice(0, limit))
          assert.deepEqual(
            kept,
            all.filter(other => wanted.has(other))
          )
        }
      })
    )
  })

  it('is the plain torus when every cell is occupied', () => {
    const takeover = createTakeover(torus, range(512))
    for (const cell of range(512)) {
      assert.equal(takeover.hostOf(cell), cell)
      const neighbours = ascending(torus.neighbours(cell))
      assert.deepEqual(takeover.effectiveNeighbours(cell), neighbours)
      assert.deepEqual(takeover.effectiveNeighbours(cell, 6), neighbours)
    }
  })

  it('makes neighbours of two, and gives everything to one', () => {
    check(
      fc.property(fc.nat(511), fc.nat(511), (a, b) => {
        const takeover = createTakeover(torus, [a, b])
        const others = a === b ? [] : [b]
        assert.deepEqual(takeover.effectiveNeighbours(a), others)
        assert.deepEqual(takeover.effectiveNeighbours(a, 6), others)
      })
    )
    assert.ok(range(512).every(cell => createTakeover(torus, [77]).hostOf(cell) === 77))
  })

  it('is the same in whatever order the cells are given, repeated or not', () => {
    check(
      fc.property(torusWithOccupied(), ([any, cells]) => {
        const [one, other] = [cells, [...cells].reverse().concat(cells)].map(given =>
          createTakeover(any, given)
        )
        for (const cell of range(any.cells)) assert.equal(one!.hostOf(cell), other!.hostOf(cell))
      })
    )
  })

  it('shares contested cells fairly', () => {
    // Two hosts face each other, and every cell halfway between is as far from the one as from the
    // other.
    const pair = [torus.cellAt([0, 0, 0]), torus.cellAt([4, 4, 4])]
    const contested = range(512).filter(
      cell => torus.distance(cell, pair[0]!) === torus.distance(cell, pair[1]!)
    )
    const takeover = createTakeover(torus, pair)
    const first = contested.filter(cell => takeover.hostOf(cell) === pair[0]).length
    assert.equal(contested.length, 92)
    assert.ok(first > 30 && first < 62, String(first))
    // Nodes of all versions must agree on who hosts what: these never change.
    const winners = contested.slice(0, 12).map(cell => pair.indexOf(takeover.hostOf(cell)))
    assert.deepEqual(winners, [1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 1, 0])
  })

  it('refuses to settle nobody, and questions about cells that are none or empty', () => {
    throwsCode('nobody-home', () => createTakeover(torus, []))
    throwsCode('bad-cell', () => createTakeover(torus, [512]))
    throwsCode('too-large', () => createTakeover(createTorus([2 ** 25]), [0]))
    const takeover = createTakeover(torus, [3])
    throwsCode('bad-cell', () => takeover.hostOf(512))
    throwsCode('bad-cell', () => takeover.effectiveNeighbours(4))
    throwsCode('bad-cell', () => takeover.effectiveNeighbours(512))
    for (const limit of [-1, 1.5, Number.NaN]) {
      throwsCode('bad-limit', () => takeover.effectiveNeighbours(3, limit))
    }
  })
})

/** By the definition: the hosts of all cells next to the territory of `host`. */
function touching(any: Torus, takeover: Takeover, host: number): number[] {
  const territory = range(any.cells).filter(cell => takeover.hostOf(cell) === host)
  const hosts = territory.flatMap(cell => any.neighbours(cell)).map(cell => takeover.hostOf(cell))
  return [...new Set(hosts)].filter(other => other !== host)
}

/**
 * Whether no neighbour of both leads from `a` to `b` over two links that come earlier in the order
 * of links.
 */
function isEssential(any: Torus, takeover: Takeover, a: number, b: number): boolean {
  const rank = (x: number, y: number): number =>
    (any.distance(x, y) * any.cells + Math.min(x, y)) * any.cells + Math.max(x, y)
  return !takeover
    .effectiveNeighbours(a)
    .filter(third => takeover.effectiveNeighbours(b).includes(third))
    .some(third => rank(a, third) < rank(a, b) && rank(third, b) < rank(a, b))
}

/** A link exists if either end keeps it. */
function linksUnder(takeover: Takeover, limit: number): (cell: number) => readonly number[] {
  const links = new Map<number, Set<number>>(takeover.occupied.map(cell => [cell, new Set()]))
  for (const cell of takeover.occupied) {
    for (const other of takeover.effectiveNeighbours(cell, limit)) {
      links.get(cell)!.add(other)
      links.get(other)!.add(cell)
    }
  }
  return cell => [...links.get(cell)!]
}
