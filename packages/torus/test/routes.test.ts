import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createTorus, nextHops, route } from '../src/index.ts'
import { check, searchedHops, searchedNeighbours, throwsCode, torusWithCells } from './support.ts'

describe('greedy routes', () => {
  it('offers every neighbour that is closer, and no other', () => {
    check(
      fc.property(torusWithCells(2), ([torus, from, to]) => {
        const hops = searchedHops(torus.sides, to!)
        assert.deepEqual(
          nextHops(torus, from!, to!),
          searchedNeighbours(torus.sides, from!).filter(next => hops[next]! < hops[from!]!)
        )
      })
    )
  })

  it('is a shortest path of neighbours', () => {
    check(
      fc.property(torusWithCells(2), ([torus, from, to]) => {
        const path = route(torus, from!, to!)
        assert.equal(path[0], from)
        assert.equal(path.at(-1), to)
        assert.equal(path.length, torus.distance(from!, to!) + 1)
        for (const [i, cell] of path.slice(1).entries()) {
          assert.ok(torus.neighbours(path[i]!).includes(cell))
        }
      })
    )
  })

  it('goes axis after axis, the short way round', () => {
    const torus = createTorus()
    const path = route(torus, torus.cellAt([0, 0, 0]), torus.cellAt([6, 1, 7]))
    assert.deepEqual(
      path.map(cell => torus.coordsOf(cell).join('')),
      ['000', '700', '600', '610', '617']
    )
    assert.deepEqual(route(torus, 7, 7), [7])
  })

  it('has both directions to choose from halfway round an even side', () => {
    assert.deepEqual(nextHops(createTorus([6]), 0, 3), [1, 5])
    assert.deepEqual(nextHops(createTorus([2]), 0, 1), [1])
  })

  it('refuses what is no cell', () => {
    throwsCode('bad-cell', () => route(createTorus(), 512, 0))
    throwsCode('bad-cell', () => nextHops(createTorus(), 0, -1))
  })
})
