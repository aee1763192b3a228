import assert from 'node:assert/strict'
import {
  type CaptureCost,
  captureCosts,
  defaultPolicy,
  ProposalType
} from '../../src/governance/index.ts'
import baseline from './capture-baseline.json' with { type: 'json' }
import { policyWith } from './support.ts'

/** A full mesh with the average weight that governance.md reckons with. */
const target = { members: 512, averageWeight: 300 }

describe('capture cost', () => {
  const costs = captureCosts(defaultPolicy, target)

  it('is what the baseline says; record a change there, and why', () => {
    assert.deepEqual(costs, baseline)
  })

  it('is a third or more of weight or power, save for parameters while nobody objects', () => {
    for (const { type, captureBp, watchedBp } of costs) {
      assert.ok(watchedBp >= 3_334)
      assert.ok(captureBp >= 3_334 || type === ProposalType.parameter)
    }
  })

  it('is seen to fall when a rule is loosened', () => {
    const falls = (before: CaptureCost, after: CaptureCost): boolean =>
      after.voteBp < before.voteBp || after.certificateBp < before.certificateBp
    const of = (rules: Parameters<typeof policyWith>[1]): CaptureCost =>
      captureCosts(policyWith('amendment', rules), target).find(({ type }) => type === 'amendment')!
    const before = of({})
    assert.ok(falls(before, of({ quorumPercent: 30 })))
    assert.ok(falls(before, of({ actionClass: 'C' })))
    assert.ok(of({ thresholdPercent: 60 }).opposedBp < before.opposedBp)
  })
})
