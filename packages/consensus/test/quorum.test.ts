import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  byzantineQuorum,
  ConsensusError,
  type ConsensusErrorCode,
  faultsTolerated,
  shareQuorum,
  weightedByzantineQuorum,
  weightedFaultsTolerated,
  weightedShareQuorum
} from '../src/index.ts'

function check<Values extends unknown[]>(property: fc.IPropertyWithHooks<Values>): void {
  fc.assert(property, { seed: 0x71_75_6f_72, numRuns: 200 })
}

function throwsCode(code: ConsensusErrorCode, call: () => unknown): void {
  assert.throws(call, (error: unknown) => error instanceof ConsensusError && error.code === code)
}

const counts = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })
const totals = fc.bigInt({ min: 1n, max: 2n ** 100n })
const shares = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 2 ** 40 }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)

/** The weight of each subset of the members; a subset is the bits of its index. */
function subsetWeights(weights: readonly number[]): number[] {
  return Array.from({ length: 2 ** weights.length }, (_, subset) =>
    weights.reduce((sum, weight, member) => sum + ((subset >> member) & 1) * weight, 0)
  )
}

/** The least weight that two sets of at least `quorum` can share. */
function leastShared(weights: readonly number[], quorum: number): number {
  const weightOf = subsetWeights(weights)
  const quorums = [...weightOf.keys()].filter(subset => weightOf[subset]! >= quorum)
  return Math.min(...quorums.flatMap(a => quorums.map(b => weightOf[a & b]!)))
}

describe('byzantine quorum', () => {
  for (const { n, f, quorum } of [
    { n: 1, f: 0, quorum: 1 },
    { n: 2, f: 0, quorum: 2 },
    { n: 3, f: 0, quorum: 2 },
    { n: 4, f: 1, quorum: 3 },
    { n: 5, f: 1, quorum: 4 },
    { n: 6, f: 1, quorum: 4 },
    { n: 7, f: 2, quorum: 5 },
    { n: 10, f: 3, quorum: 7 },
    { n: 25, f: 8, quorum: 17 },
    { n: 512, f: 170, quorum: 342 },
    { n: Number.MAX_SAFE_INTEGER, f: 3002399751580330, quorum: 6004799503160661 }
  ]) {
    it(`of ${n} is ${quorum}, with ${f} faults`, () => {
      assert.equal(faultsTolerated(n), f)
      assert.equal(byzantineQuorum(n), quorum)
    })
  }

  for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    it(`of ${n} is the smallest with an honest member in every intersection`, () => {
      const members = new Array<number>(n).fill(1)
      const honestShared = (quorum: number): boolean =>
        leastShared(members, quorum) > faultsTolerated(n)
      assert.equal(honestShared(byzantineQuorum(n)), true)
      assert.equal(honestShared(byzantineQuorum(n) - 1), false)
    })
  }

  it('shares more weight than may be Byzantine, however the weight is spread', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 })
    check(
      fc.property(weights, members => {
        const total = members.reduce((sum, weight) => sum + weight)
        const quorum = Number(weightedByzantineQuorum(BigInt(total)))
        assert.ok(leastShared(members, quorum) > faultsTolerated(total))
      })
    )
  })

  it('tolerates the most faults that leave more than two thirds honest', () => {
    check(
      fc.property(totals, total => {
        const faults = weightedFaultsTolerated(total)
        assert.ok(3n * faults < total && 3n * (faults + 1n) >= total)
      })
    )
  })

  it('can be reached without a Byzantine member', () => {
    check(
      fc.property(totals, total => {
        assert.ok(weightedByzantineQuorum(total) <= total - weightedFaultsTolerated(total))
      })
    )
  })

  it('is more than two thirds, or exactly two thirds where 3 divides', () => {
    check(
      fc.property(totals, total => {
        const moreThanTwoThirds = (2n * total) / 3n + 1n
        const expected = total % 3n === 0n ? moreThanTwoThirds - 1n : moreThanTwoThirds
        assert.equal(weightedByzantineQuorum(total), expected)
      })
    )
  })

  it('counts members as weights of one', () => {
    check(
      fc.property(counts, n => {
        assert.equal(BigInt(faultsTolerated(n)), weightedFaultsTolerated(BigInt(n)))
        assert.equal(BigInt(byzantineQuorum(n)), weightedByzantineQuorum(BigInt(n)))
      })
    )
  })
})

describe('share quorum', () => {
  for (const { n, numerator, denominator, quorum } of [
    { n: 1, numerator: 1, denominator: 10, quorum: 1 },
    { n: 10, numerator: 1, denominator: 3, quorum: 4 },
    { n: 9, numerator: 2, denominator: 3, quorum: 6 },
    { n: 10, numerator: 2, denominator: 3, quorum: 7 },
    { n: 7, numerator: 1, denominator: 1, quorum: 7 },
    { n: 512, numerator: 3, denominator: 4, quorum: 384 },
    { n: Number.MAX_SAFE_INTEGER, numerator: 2, denominator: 3, quorum: 6004799503160661 }
  ]) {
    it(`of ${numerator}/${denominator} of ${n} is ${quorum}`, () => {
      assert.equal(shareQuorum(n, numerator, denominator), quorum)
    })
  }

  it('is the least that makes the share', () => {
    check(
      fc.property(totals, shares, (total, [numerator, denominator]) => {
        const [num, den] = [BigInt(numerator), BigInt(denominator)]
        const quorum = weightedShareQuorum(total, num, den)
        assert.ok(quorum * den >= total * num)
        assert.ok((quorum - 1n) * den < total * num)
      })
    )
  })

  it('is exact where the product leaves the safe integers', () => {
    check(
      fc.property(counts, shares, (n, [numerator, denominator]) => {
        const exact = weightedShareQuorum(BigInt(n), BigInt(numerator), BigInt(denominator))
        assert.equal(BigInt(shareQuorum(n, numerator, denominator)), exact)
      })
    )
  })
})

describe('quorum arguments', () => {
  it('must be a positive whole number of members', () => {
    for (const n of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      throwsCode('bad-count', () => faultsTolerated(n))
      throwsCode('bad-count', () => byzantineQuorum(n))
      throwsCode('bad-count', () => shareQuorum(n, 1, 2))
    }
    for (const total of [0n, -1n]) {
      throwsCode('bad-count', () => weightedFaultsTolerated(total))
      throwsCode('bad-count', () => weightedByzantineQuorum(total))
      throwsCode('bad-count', () => weightedShareQuorum(total, 1n, 2n))
    }
  })

  it('must be a share above none and up to all', () => {
    for (const [numerator, denominator] of [
      [0, 3],
      [-1, 3],
      [4, 3],
      [1, 0],
      [-2, -1],
      [0.5, 1],
      [1, Number.NaN]
    ] as const) {
      throwsCode('bad-share', () => shareQuorum(9, numerator, denominator))
    }
    throwsCode('bad-share', () => weightedShareQuorum(9n, 0n, 1n))
    throwsCode('bad-share', () => weightedShareQuorum(9n, 3n, 2n))
  })
})
