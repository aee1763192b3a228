import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ball, ballSizes, createTorus, layer, layerSizes } from '../src/index.ts'
import { ascending, check, range, searchedHops, throwsCode, torusWithCells } from './support.ts'

describe('layers and balls', () => {
  it('has the known layers on 8×8×8', () => {
    assert.deepEqual(layerSizes(createTorus()), [1, 6, 18, 38, 63, 84, 92, 84, 63, 38, 18, 6, 1])
  })

  it('has the known balls on 8×8×8', () => {
    assert.deepEqual(ballSizes(createTorus()).slice(0, 7), [1, 7, 25, 63, 126, 210, 302])
  })

  it('counts 100³ without visiting its cells', () => {
    const sizes = layerSizes(createTorus([100, 100, 100]))
    assert.deepEqual([...sizes.slice(0, 4), sizes.length], [1, 6, 18, 38, 151])
    assert.equal(ballSizes(createTorus([100, 100, 100])).at(-1), 1e6)
  })

  it('counts what a search finds', () => {
    check(
      fc.property(torusWithCells(1), ([torus, cell]) => {
        const sizes = new Array<number>(torus.diameter + 1).fill(0)
        for (const hop of searchedHops(torus.sides, cell!)) sizes[hop]!++
        assert.deepEqual(layerSizes(torus), sizes)
      })
    )
  })

  it('lists the cells that a search finds, each once', () => {
    check(
      fc.property(torusWithCells(1), fc.nat(20), ([torus, cell], radius) => {
        const hops = searchedHops(torus.sides, cell!)
        const within = range(torus.cells).filter(other => hops[other]! <= radius)
        assert.deepEqual(
          layer(torus, cell!, radius),
          within.filter(other => hops[other] === radius)
        )
        const cells = ball(torus, cell!, radius)
        assert.deepEqual(ascending(cells), within)
        assert.deepEqual(
          cells,
          within.sort((a, b) => hops[a]! - hops[b]! || a - b)
        )
      })
    )
  })

  it('is cheap for a small ball on a torus of any size', () => {
    const torus = createTorus([2 ** 10, 2 ** 11, 2 ** 10])
    assert.equal(ball(torus, torus.cells - 1, 2).length, 25)
    assert.deepEqual(layer(createTorus([2 ** 31]), 0, 2 ** 20), [2 ** 20, 2 ** 31 - 2 ** 20])
  })

  it('refuses what is no radius or no cell, and lists too long to keep', () => {
    const torus = createTorus()
    for (const radius of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      throwsCode('bad-radius', () => layer(torus, 0, radius))
      throwsCode('bad-radius', () => ball(torus, 0, radius))
    }
    throwsCode('bad-cell', () => layer(torus, 512, 1))
    throwsCode('bad-cell', () => ball(torus, -1, 1))
    throwsCode('too-large', () => layerSizes(createTorus([2 ** 31])))
  })
})
