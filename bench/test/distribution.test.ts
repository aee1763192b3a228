import assert from 'node:assert/strict'
import { distanceOf, quantile, sampleOf } from '../src/distribution.ts'

describe('samples', () => {
  it('have quantiles by nearest rank', () => {
    const sample = sampleOf([40, 10, 30, 20])
    assert.deepEqual(
      [1, 25, 50, 51, 99, 100].map(percent => quantile(sample, percent)),
      [10, 10, 20, 30, 40, 40]
    )
    assert.equal(quantile([], 50), Number.NaN)
  })

  const cases = [
    { desc: 'equal ones', a: [1, 2, 3], b: [3, 2, 1], distance: 0 },
    { desc: 'one below the other', a: [1, 2], b: [3, 4, 5], distance: 1 },
    { desc: 'a quarter moved', a: [1, 2, 3, 4], b: [1, 2, 3, 9], distance: 0.25 },
    { desc: 'repeated values', a: [1, 1, 1, 2], b: [1, 2, 2, 2], distance: 0.5 }
  ]
  for (const { desc, a, b, distance } of cases) {
    it(`${desc} are ${distance} apart`, () => {
      assert.equal(distanceOf(sampleOf(a), sampleOf(b)), distance)
      assert.equal(distanceOf(sampleOf(b), sampleOf(a)), distance)
    })
  }
})
