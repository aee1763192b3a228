import assert from 'node:assert/strict'
import {
  breachOf,
  checkPolicy,
  constitution,
  defaultPolicy,
  type Policy,
  PolicyRegistry,
  type ProposalType,
  type RefusalCode,
  type TypeRules
} from '../../src/governance/index.ts'
import { HOUR_MS, policyWith } from './support.ts'

const rules = (over: Partial<TypeRules>, type: ProposalType = 'parameter'): Policy =>
  policyWith(type, over)
const weight = (over: Partial<Policy['weight']>): Policy => ({
  ...defaultPolicy,
  weight: { ...defaultPolicy.weight, ...over }
})
const parameter = (name: string, least: number, most: number): Policy => ({
  ...defaultPolicy,
  parameters: { [name]: { least, most } }
})

describe('policy', () => {
  const cases: ReadonlyArray<{ desc: string; policy: Policy; code: RefusalCode | undefined }> = [
    { desc: 'the one a mesh starts with', policy: defaultPolicy, code: undefined },
    {
      desc: 'a quorum nobody reaches',
      policy: rules({ quorumPercent: 101 }),
      code: 'unsatisfiable-policy'
    },
    { desc: 'no quorum', policy: rules({ quorumPercent: 0 }), code: 'unsatisfiable-policy' },
    {
      desc: 'more than all approvals',
      policy: rules({ thresholdPercent: 100 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a minority that passes',
      policy: rules({ thresholdPercent: 49 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'half a percent',
      policy: rules({ quorumPercent: 10.5 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a level nobody has',
      policy: rules({ proposerLevel: 4 as 3 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a contribution above the scale',
      policy: rules({ contributionLeast: 101 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a class without electorate',
      policy: rules({ actionClass: 'A' as 'C' }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a vote shorter than a slot',
      policy: rules({ votingMs: HOUR_MS - 1 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a vote longer than heartbeats are kept',
      policy: rules({ votingMs: 1_000 * HOUR_MS }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'an extension longer than the vote',
      policy: rules({ extensionMs: 73 * HOUR_MS }),
      code: 'unsatisfiable-policy'
    },
    { desc: 'no time to execute', policy: rules({ executeMs: 0 }), code: 'unsatisfiable-policy' },
    {
      desc: 'a year’s timelock',
      policy: rules({ timelockMs: 8_760 * HOUR_MS }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'an emergency ratified after its end',
      policy: rules({ votingMs: 48 * HOUR_MS }, 'emergency'),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'an emergency renewed without a gap',
      policy: rules({ subjectCooldownMs: HOUR_MS }, 'emergency'),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'an emergency of two days',
      policy: { ...defaultPolicy, emergencyMs: 48 * HOUR_MS },
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'everybody down at once',
      policy: { ...defaultPolicy, downPercent: -1 },
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'weight that can’t grow',
      policy: weight({ growthPerEpoch: 0 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'lenders that can’t lend',
      policy: weight({ lenderMaxPoints: 4 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'contributors nobody can be',
      policy: weight({ contributingPoints: 101 }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a range without values',
      policy: parameter('gossip.fanout', 5, 4),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a parameter without a name',
      policy: parameter('', 1, 4),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a rule nobody knows',
      policy: { ...defaultPolicy, bribes: 1 } as Policy,
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a type without rules',
      policy: { ...defaultPolicy, types: {} } as Policy,
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'text for a number',
      policy: rules({ votingMs: '1' as never }),
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'a range of nothing',
      policy: { ...defaultPolicy, parameters: { x: null as never } },
      code: 'unsatisfiable-policy'
    },
    {
      desc: 'no parameters at all',
      policy: { ...defaultPolicy, parameters: null as never },
      code: 'unsatisfiable-policy'
    },
    { desc: 'nothing', policy: null as never, code: 'unsatisfiable-policy' },
    {
      desc: 'keys that leave the vault',
      policy: parameter('vault.export', 0, 1),
      code: 'unconstitutional'
    },
    {
      desc: 'an audit chain with gaps',
      policy: parameter('audit.skip', 0, 1),
      code: 'unconstitutional'
    }
  ]
  for (const { desc, policy, code } of cases) {
    it(`${code === undefined ? 'may be' : 'may not be'}: ${desc}`, () => {
      assert.equal(checkPolicy(policy), code)
    })
  }

  it('never lets signatures get weaker, keys out, or the chain skip', () => {
    assert.equal(breachOf('signature.category', 3, 5), undefined)
    assert.equal(breachOf('signature.category', 3, 2), 'post-quantum-signatures')
    assert.equal(breachOf('vault.anything', 0, 0), 'keys-in-vault')
    assert.equal(breachOf('audit.anything', 1, 1), 'audit-chain')
    assert.equal(breachOf('gossip.fanout', 8, 4), undefined)
    assert.equal(constitution.length, 3)
  })
})

describe('policy registry', () => {
  const second = { ...defaultPolicy, version: 2, downPercent: 30 }

  it('knows the policy of every epoch', () => {
    const registry = new PolicyRegistry(defaultPolicy)
    assert.equal(registry.add(second, 10), undefined)
    assert.deepEqual(
      [0, 9, 10, 99].map(epoch => registry.at(epoch).version),
      [1, 1, 2, 2]
    )
    assert.deepEqual(registry.versions(), [1, 2])
    assert.equal(registry.latest.downPercent, 30)
    assert.equal(registry.get(1).downPercent, 25)
    assert.throws(() => registry.get(3), { code: 'unknown-version' })
  })

  it('takes the next version only, from a later epoch, and none that can’t be in force', () => {
    const registry = new PolicyRegistry(defaultPolicy)
    assert.equal(registry.add({ ...second, version: 3 }, 10), 'bad-version')
    assert.equal(registry.add(second, 0), 'version-not-later')
    assert.equal(registry.add(second, 1.5), 'version-not-later')
    assert.equal(registry.add({ ...second, downPercent: 100 }, 10), 'unsatisfiable-policy')
    assert.deepEqual(registry.versions(), [1])
    const none = { ...defaultPolicy, emergencyMs: 0 }
    assert.throws(() => new PolicyRegistry(none), { code: 'unknown-version' })
  })

  it('keeps a version as it was, whatever becomes of the object', () => {
    const mine = structuredClone(defaultPolicy)
    const registry = new PolicyRegistry(mine)
    Object.assign(mine.types.parameter, { quorumPercent: 1 })
    assert.equal(registry.get(1).types.parameter.quorumPercent, 10)
    assert.throws(() => Object.assign(registry.get(1).types.parameter, { quorumPercent: 1 }))
  })
})
