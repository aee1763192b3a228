import assert from 'node:assert/strict'
import { initialLatents, layoutOf, TIERS, weightOf } from '../../src/model/layout.ts'

describe('the layout', () => {
  it('has 21 and 96 million weights in the two tiers', () => {
    assert.equal(layoutOf(TIERS.s).weights, 21_004_288)
    assert.equal(layoutOf(TIERS.l).weights, 95_993_856)
  })

  it('lays tensors one after the other without a gap', () => {
    for (const shape of Object.values(TIERS)) {
      const { tensors, weights } = layoutOf(shape)
      let next = 0
      for (const { first, rows, columns } of tensors) {
        assert.equal(first, next)
        next += rows * columns
      }
      assert.equal(next, weights)
    }
  })

  it('refuses widths that kernels cannot take', () => {
    for (const wrong of [{ width: 100 }, { inner: 96 }, { heads: 5 }, { vocabulary: 0 }]) {
      assert.throws(() => layoutOf({ ...TIERS.study, ...wrong }), { code: 'bad-shape' })
    }
  })

  it('starts from the same latents everywhere, a third of which stand for 0', () => {
    const weights = initialLatents(30_000, 7).map(weightOf)
    assert.deepEqual(initialLatents(30_000, 7).slice(0, 8), Int8Array.of(...FIRST))
    const zeros = weights.filter(weight => weight === 0).length
    assert.ok(Math.abs(zeros / 30_000 - 1 / 3) < 0.02, `${zeros} of 30,000`)
  })

  it('takes 32 and more for +1, −32 and less for −1', () => {
    assert.deepEqual([-127, -32, -31, 0, 31, 32, 127].map(weightOf), [-1, -1, 0, 0, 0, 1, 1])
  })
})

const FIRST = [-52, -62, 9, 89, -82, -91, 2, 57]
