import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ball, createTorus, longLinkPermutation, SEED_BYTES } from '../src/index.ts'
import { anyTorus, ascending, check, isConnected, range, throwsCode } from './support.ts'

const seeds = fc.uint8Array({ minLength: SEED_BYTES, maxLength: SEED_BYTES })

function seedOf(number: number): Uint8Array {
  const seed = new Uint8Array(SEED_BYTES)
  new DataView(seed.buffer).setUint32(0, number)
  return seed
}

describe('long links', () => {
  it('pair every dial with an accept, two links a cell, none to itself', () => {
    check(
      fc.property(anyTorus(), seeds, (torus, seed) => {
        const { dials, accepts } = longLinkPermutation(torus, seed)
        assert.deepEqual(ascending(dials), range(torus.cells))
        for (const cell of range(torus.cells)) {
          assert.equal(accepts[dials[cell]!], cell)
          assert.equal(dials[accepts[cell]!], cell)
          assert.notEqual(dials[cell], cell)
          if (torus.cells > 2) assert.notEqual(dials[cell], accepts[cell])
        }
      })
    )
  })

  it('keep the least distance, the longest that leaves half of the cells to choose from', () => {
    check(
      fc.property(anyTorus(), seeds, (torus, seed) => {
        const { leastDistance, dials } = longLinkPermutation(torus, seed)
        const fits = (least: number): boolean => ball(torus, 0, least - 1).length <= torus.cells / 2
        assert.equal(leastDistance, [3, 2, 1].find(fits))
        for (const [cell, other] of dials.entries()) {
          assert.ok(torus.distance(cell, other) >= leastDistance)
        }
      }),
      400
    )
  })

  for (const { sides, least } of [
    { sides: [8, 8, 8], least: 3 },
    { sides: [4, 4, 4], least: 3 },
    { sides: [3, 3, 3], least: 2 },
    { sides: [2, 2, 2], least: 2 },
    { sides: [10], least: 3 },
    { sides: [4], least: 1 },
    { sides: [3], least: 1 },
    { sides: [2], least: 1 }
  ]) {
    it(`are at least ${least} long on ${sides.join('×')}`, () => {
      const torus = createTorus(sides)
      for (const number of range(50)) {
        const { leastDistance, dials } = longLinkPermutation(torus, seedOf(number))
        assert.equal(leastDistance, least)
        assert.ok(dials.every((other, cell) => torus.distance(cell, other) >= least))
      }
    })
  }

  it('connect all cells by themselves', () => {
    check(
      fc.property(anyTorus(), seeds, (torus, seed) => {
        const { dials, accepts } = longLinkPermutation(torus, seed)
        const linked = (cell: number): number[] => [dials[cell]!, accepts[cell]!]
        assert.ok(isConnected(range(torus.cells), linked))
      })
    )
  })

  it('follow from the seed alone, and differ from seed to seed', () => {
    const torus = createTorus()
    const first = longLinkPermutation(torus, seedOf(1))
    assert.deepEqual(longLinkPermutation(torus, seedOf(1)), first)
    const second = longLinkPermutation(torus, seedOf(2))
    const same = range(512).filter(cell => first.dials[cell] === second.dials[cell])
    assert.ok(same.length < 12, String(same.length))
  })

  it('never change for a given seed', () => {
    const { dials } = longLinkPermutation(createTorus(), new Uint8Array(SEED_BYTES))
    assert.deepEqual([...dials.slice(0, 6)], [395, 151, 278, 202, 356, 101])
  })

  it('reach all cells that are far enough about equally often', () => {
    const torus = createTorus([6, 6])
    const counts = new Array<number>(36).fill(0)
    const draws = 4000
    for (const number of range(draws)) {
      counts[longLinkPermutation(torus, seedOf(number)).dials[0]!]!++
    }
    const far = range(36).filter(cell => torus.distance(0, cell) >= 3)
    // Cells at 3, 4, 5 and 6 hops; the repair may prefer none of them by more than a fifth.
    const expected = draws / far.length
    for (const cell of far) {
      assert.ok(Math.abs(counts[cell]! - expected) < expected / 5, `${counts[cell]} of ${expected}`)
    }
  })

  it('refuses a short seed and a torus too large for a table', () => {
    throwsCode('bad-seed', () => longLinkPermutation(createTorus(), new Uint8Array(16)))
    throwsCode('too-large', () => longLinkPermutation(createTorus([2 ** 25]), seedOf(0)))
  })
})
