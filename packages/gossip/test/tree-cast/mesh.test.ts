import assert from 'node:assert/strict'
import { createCayleyGraph, createTorus, hopsFrom } from '@torusmesh/torus'
import fc from 'fast-check'
import { createTreeCastPlan, TreeCastOutput } from '../../src/index.ts'
import { castOver } from './mesh.ts'

const small = createTreeCastPlan(createCayleyGraph(createTorus([4, 4, 4]), [[1, 2, 3]]))
const plain = createTreeCastPlan(createCayleyGraph(createTorus([4, 4, 4])))
/** Delay of a link, 1 to 100 ms, the same both ways. */
const delays =
  (seed: number) =>
  (a: number, b: number): number => {
    const word = Math.imul(Math.min(a, b) * 977 + Math.max(a, b) + seed, 0x9e37_79b1) >>> 0
    return 1 + ((Math.imul(word ^ (word >>> 15), 0x85eb_ca6b) >>> 0) % 100)
  }
const seeds = fc.integer({ min: 0, max: 0xffff })

describe('tree cast over a mesh', () => {
  it('reaches every cell once over exactly one push each, without a request, where links are equal', () => {
    const { delivered, copies, said } = castOver(
      small,
      [0, 21],
      () => false,
      () => 10
    )
    assert.deepEqual(
      [...delivered],
      Array.from({ length: 64 }, (_, cell) => (cell === 0 || cell === 21 ? 1 : 2))
    )
    assert.equal(copies, 2 * 63)
    assert.equal(said[TreeCastOutput.want], undefined)
  })

  it('gives every live cell that a live path leads to each message exactly once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(small, plain),
        seeds,
        fc.uniqueArray(fc.integer({ min: 1, max: 63 }), { maxLength: 32 }),
        (plan, seed, crashed) => {
          const down = (cell: number): boolean => crashed.includes(cell)
          const { delivered, copies } = castOver(plan, [0, 0, 0], down, delays(seed))
          const hops = hopsFrom(plan.graph, 0, down)
          const due = Array.from(hops, (hop, cell) => (hop > 0 && !down(cell) ? 3 : 0))
          assert.deepEqual([...delivered], due)
          // Pushes to the dead and needless pulls; flooding would send more than degree - 1 each.
          assert.ok(copies <= 3 * 64 * 2, `${copies} copies`)
        }
      ),
      { seed: 20_261_121, numRuns: 60 }
    )
  })

  it('sends at most 1.3 copies a cell while all live, on links of very different delays', () => {
    const sources = Array.from({ length: 30 }, (_, i) => (i * 37) % 64)
    const { copies } = castOver(small, sources, () => false, delays(1))
    assert.ok(copies <= 1.3 * 30 * 63, `${copies / (30 * 63)} copies`)
  })

  it('takes the fastest of the nearer neighbours: nobody waits for a slow link', () => {
    const slow = (a: number, b: number): number =>
      Math.min(a, b) === 0 && Math.max(a, b) === 1 ? 5_000 : 10
    // Cell 0 is as near to cell 5 over cell 1 as over cell 4.
    const { delivered, said } = castOver(plain, [5], () => false, slow)
    assert.equal(delivered[0], 1)
    assert.equal(said[TreeCastOutput.want], undefined)
  })
})
