import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createTorus } from '../src/index.ts'
import {
  anyTorus,
  check,
  range,
  searchedHops,
  searchedNeighbours,
  throwsCode,
  torusWithCells
} from './support.ts'

describe('torus', () => {
  it('is 8×8×8 unless told otherwise', () => {
    const torus = createTorus()
    assert.deepEqual(torus.sides, [8, 8, 8])
    assert.deepEqual(
      { ...facts(torus), mean: torus.meanDistance.toFixed(3) },
      { dimensions: 3, cells: 512, degree: 6, diameter: 12, mean: '6.012' }
    )
  })

  for (const { sides, dimensions, cells, degree, diameter } of [
    { sides: [2], dimensions: 1, cells: 2, degree: 1, diameter: 1 },
    { sides: [3], dimensions: 1, cells: 3, degree: 2, diameter: 1 },
    { sides: [2, 2, 2], dimensions: 3, cells: 8, degree: 3, diameter: 3 },
    { sides: [2, 5, 8], dimensions: 3, cells: 80, degree: 5, diameter: 7 },
    { sides: [4, 4, 4, 4], dimensions: 4, cells: 256, degree: 8, diameter: 8 },
    { sides: [100, 100, 100], dimensions: 3, cells: 1e6, degree: 6, diameter: 150 },
    { sides: [2 ** 31], dimensions: 1, cells: 2 ** 31, degree: 2, diameter: 2 ** 30 }
  ]) {
    it(`has the right measures with sides ${sides.join('×')}`, () => {
      assert.deepEqual(facts(createTorus(sides)), { dimensions, cells, degree, diameter })
    })
  }

  for (const sides of [
    [],
    [1],
    [0, 8],
    [-8, 8],
    [8.5],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [2 ** 31, 2],
    [2, 2, 2, 2, 2, 2, 2, 2, 2]
  ]) {
    it(`refuses the sides [${sides}]`, () => throwsCode('bad-sides', () => createTorus(sides)))
  }

  it('keeps its sides even if the caller changes the array', () => {
    const sides = [4, 4]
    const torus = createTorus(sides)
    sides[0] = 9
    assert.deepEqual(torus.sides, [4, 4])
  })

  it('numbers cells with the last axis as the fastest', () => {
    const torus = createTorus()
    assert.equal(torus.cellAt([1, 2, 3]), (1 * 8 + 2) * 8 + 3)
    assert.deepEqual(torus.coordsOf(511), [7, 7, 7])
  })

  it('turns cells into coordinates and back', () => {
    check(
      fc.property(torusWithCells(1), ([torus, cell]) => {
        assert.equal(torus.cellAt(torus.coordsOf(cell!)), cell)
      })
    )
  })

  it('wraps coordinates around', () => {
    check(
      fc.property(torusWithCells(1), fc.integer({ min: -9, max: 9 }), ([torus, cell], turns) => {
        const turned = torus.coordsOf(cell!).map((x, axis) => x + turns * torus.sides[axis]!)
        assert.equal(torus.cellAt(turned), cell)
      })
    )
  })

  it('refuses coordinates and cells that are none', () => {
    const torus = createTorus([4, 5])
    for (const coords of [[1], [1, 2, 3], [0.5, 1], [Number.NaN, 1]]) {
      throwsCode('bad-coordinates', () => torus.cellAt(coords))
    }
    for (const cell of [-1, 20, 1.5, Number.NaN]) {
      assert.equal(torus.isCell(cell), false)
      throwsCode('bad-cell', () => torus.coordsOf(cell))
    }
    assert.ok(torus.isCell(0) && torus.isCell(19))
  })

  it('measures the distance, diameter and mean that a search finds', () => {
    check(
      fc.property(torusWithCells(1), ([torus, cell]) => {
        const hops = searchedHops(torus.sides, cell!)
        assert.deepEqual(
          range(torus.cells).map(other => torus.distance(cell!, other)),
          hops
        )
        assert.equal(torus.diameter, Math.max(...hops))
        const mean = hops.reduce((sum, hop) => sum + hop) / (torus.cells - 1)
        assert.ok(Math.abs(torus.meanDistance - mean) < 1e-9)
      })
    )
  })

  it('knows the neighbours, each once, at distance 1, in a stable order', () => {
    check(
      fc.property(torusWithCells(1), ([torus, cell]) => {
        assert.deepEqual(torus.neighbours(cell!), searchedNeighbours(torus.sides, cell!))
        assert.equal(torus.neighbours(cell!).length, torus.degree)
      })
    )
  })

  it('orders neighbours +x, −x, +y, −y, +z, −z', () => {
    const torus = createTorus()
    assert.deepEqual(
      torus.neighbours(0).map(cell => torus.coordsOf(cell).join('')),
      ['100', '700', '010', '070', '001', '007']
    )
  })

  it('has one neighbour, not two, along a side of 2', () => {
    const torus = createTorus([2, 3])
    assert.deepEqual(torus.neighbours(0), [3, 1, 2])
    assert.deepEqual(
      range(3).map(direction => torus.directionAt(direction)),
      [
        { axis: 0, sign: 1 },
        { axis: 1, sign: 1 },
        { axis: 1, sign: -1 }
      ]
    )
  })

  it('moves a cell by an offset and back, coordinate by coordinate', () => {
    check(
      fc.property(torusWithCells(2), ([torus, a, b]) => {
        const offset = torus.offset(a!, b!)
        const [from, to] = [torus.coordsOf(a!), torus.coordsOf(b!)]
        assert.equal(offset, torus.cellAt(to.map((x, axis) => x - from[axis]!)))
        assert.equal(torus.translate(a!, offset), b)
      })
    )
  })

  it('looks the same from every cell', () => {
    check(
      fc.property(torusWithCells(3), ([torus, a, b, shift]) => {
        const moved = [torus.translate(a!, shift!), torus.translate(b!, shift!)] as const
        assert.equal(torus.distance(...moved), torus.distance(a!, b!))
      })
    )
  })

  it('works with the largest ids', () => {
    const torus = createTorus([2 ** 16, 2 ** 15])
    const last = torus.cells - 1
    assert.equal(torus.distance(0, last), 2)
    assert.deepEqual(torus.neighbours(last), [
      2 ** 15 - 1,
      last - 2 ** 15,
      last - (2 ** 15 - 1),
      last - 1
    ])
    assert.equal(torus.translate(last, last), torus.cellAt([-2, -2]))
    assert.equal(torus.offset(last, 0), torus.cellAt([1, 1]))
  })

  it('makes tori of every kind in these tests', () => {
    const seen = new Set<string>()
    check(
      fc.property(anyTorus(), torus => {
        seen.add(`${torus.dimensions}d`)
        if (torus.sides.includes(2)) seen.add('side 2')
        if (torus.sides.includes(3)) seen.add('side 3')
      })
    )
    assert.deepEqual([...seen].sort(), ['1d', '2d', '3d', '4d', 'side 2', 'side 3'])
  })
})

function facts(torus: ReturnType<typeof createTorus>): Record<string, number> {
  const { dimensions, cells, degree, diameter } = torus
  return { dimensions, cells, degree, diameter }
}
