import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  describe as describeSample,
  fitPower,
  meanInterval,
  quantile,
  quantileInterval,
  studentT
} from '../../src/results/statistics.ts'

const near = (found: number | null, wanted: number, within = 1e-3): void => {
  assert.ok(found !== null && Math.abs(found - wanted) <= within, `${found}, not ${wanted}`)
}

describe('results: statistics', () => {
  it('gives the mean with Student’s interval', () => {
    // Variance 0.868 / 4; half the width is 2.776 · √(0.217 / 5) = 0.5783.
    const { n, value, low, high } = meanInterval([5.1, 4.9, 5.6, 5.8, 6.0])
    assert.equal(n, 5)
    near(value, 5.48)
    near(low, 4.9017)
    near(high, 6.0583)
  })

  it('gives no interval of a single value', () => {
    assert.deepEqual(meanInterval([7]), { n: 1, value: 7, low: null, high: null })
    assert.equal(describeSample([]), undefined)
  })

  const points = [
    { degrees: 1, t: 12.706 },
    { degrees: 10, t: 2.228 },
    { degrees: 30, t: 2.042 },
    { degrees: 35, t: 2.042 },
    { degrees: 60, t: 2 },
    { degrees: 999, t: 1.98 },
    { degrees: 5_000, t: 1.962 }
  ]
  for (const { degrees, t } of points) {
    it(`knows Student’s t for ${degrees} degrees of freedom`, () => {
      assert.equal(studentT(degrees), t)
    })
  }

  it('takes quantiles as R and NumPy do by default', () => {
    const sorted = [1, 2, 4, 8, 16]
    assert.deepEqual(
      [0, 0.1, 0.5, 0.9, 1].map(share => quantile(sorted, share)),
      [1, 1.4, 4, 12.8, 16]
    )
  })

  it('puts a bootstrap interval around the median, the same each time', () => {
    const sorted = Float64Array.from({ length: 101 }, (_, i) => i)
    const first = quantileInterval(sorted, 0.5)
    assert.deepEqual(quantileInterval(sorted, 0.5), first)
    assert.equal(first.value, 50)
    // Binomial order statistics 41 and 61 of 101 hold the median with 95 %.
    near(first.low, 40, 4)
    near(first.high, 60, 4)
  })

  it('gives no bootstrap interval of five values', () => {
    assert.equal(quantileInterval(Float64Array.of(1, 2, 3, 4, 5), 0.5).low, null)
  })

  it('finds the exponent of a power law', () => {
    const xs = [1, 2, 4, 8, 16]
    const { exponent, factor } = fitPower(
      xs,
      xs.map(x => 3 * x ** 1.5)
    )!
    near(exponent.value, 1.5, 1e-9)
    near(factor, 3, 1e-9)
  })

  it('fits no power law to two sizes, or to what is not positive', () => {
    assert.equal(fitPower([1, 2, 2], [1, 2, 2]), undefined)
    assert.equal(fitPower([1, 2, 3], [1, 0, 2]), undefined)
  })

  it('has mean and median within their intervals and the extremes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 6, maxLength: 30 }),
        values => {
          const { mean, median, min, max } = describeSample(values)!
          for (const { value, low, high } of [mean, median]) {
            assert.ok(low! <= value && value <= high!)
          }
          assert.ok(min <= median.low! && median.high! <= max)
        }
      ),
      { numRuns: 20, seed: 7 }
    )
  })
})
