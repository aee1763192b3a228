import assert from 'node:assert/strict'
import {
  type Draft,
  nextStep,
  Phase,
  PROPOSALS_MAX,
  type ProposalInput,
  type ProposalType,
  proposalId,
  REVISIONS_MAX,
  type RefusalCode,
  type RestrictiveAction,
  WeightSnapshot
} from '../../src/governance/index.ts'
import { actions, digest, HOUR_MS, members, rowOf, sha256, snapshotOf, World } from './support.ts'

const DAY_MS = 24 * HOUR_MS

describe('proposal', () => {
  it('goes from the draft through votes, objection and timelock to its execution', () => {
    const world = new World()
    const proposal = world.open()
    world.vote(proposal, ['m0', 'm1'], 'approve')
    world.wait(5 * DAY_MS)
    assert.equal(proposal.phase, Phase.timelock)
    assert.equal(world.execute(proposal), 'not-executable')
    assert.equal(world.certify(proposal), undefined)
    world.wait(HOUR_MS)
    assert.equal(world.execute(proposal), undefined)
    assert.equal(world.execute(proposal), 'not-executable')
    world.wait(HOUR_MS)
    assert.deepEqual(world.transcript(), [
      '0h draft',
      '1h open',
      '73h counting',
      '73h passed',
      '97h timelock',
      '121h executable',
      'enact set-parameter',
      '122h executed'
    ])
    assert.ok(proposal.ended)
  })

  it('stands where it would without having slept, however late it is woken', () => {
    const world = new World()
    const proposal = world.open()
    world.vote(proposal, ['m0', 'm1'], 'approve')
    world.now = 30 * DAY_MS
    world.send({ kind: 'tick' })
    assert.deepEqual(world.transcript(), [
      '0h draft',
      '1h open',
      '73h counting',
      '73h passed',
      '97h timelock',
      '193h expired'
    ])
  })

  const outcomes: ReadonlyArray<{
    desc: string
    approve: number
    deny?: number
    abstain?: number
    type?: ProposalType
    passed: boolean
  }> = [
    { desc: 'quorum by approvals', approve: 10, passed: true },
    { desc: 'one below the quorum', approve: 9, passed: false },
    { desc: 'denials don’t make the quorum', approve: 9, deny: 8, passed: false },
    { desc: 'abstentions do', approve: 9, abstain: 1, passed: true },
    { desc: 'too little support of the whole', approve: 4, abstain: 90, passed: false },
    { desc: 'just enough support of the whole', approve: 5, abstain: 90, passed: true },
    { desc: 'a tie', approve: 30, deny: 30, passed: false },
    { desc: 'a majority by one', approve: 31, deny: 30, passed: true },
    { desc: 'exactly 66 % for an upgrade', approve: 66, deny: 34, type: 'upgrade', passed: false },
    { desc: '67 of 100 for an upgrade', approve: 67, deny: 33, type: 'upgrade', passed: true },
    { desc: 'amendment below 40 %', approve: 39, type: 'amendment', passed: false },
    { desc: 'amendment at 40 %', approve: 40, type: 'amendment', passed: true },
    {
      desc: 'amendment with a quarter against',
      approve: 75,
      deny: 25,
      type: 'amendment',
      passed: false
    },
    { desc: 'validator set at 60 %', approve: 60, deny: 40, type: 'validator-set', passed: false },
    { desc: 'validator set above', approve: 61, deny: 39, type: 'validator-set', passed: true },
    { desc: 'treasury at its quorum', approve: 20, type: 'treasury', passed: true },
    { desc: 'emergency at its quorum', approve: 10, type: 'emergency', passed: true }
  ]
  for (const { desc, approve, deny = 0, abstain = 0, type = 'parameter', passed } of outcomes) {
    it(`${passed ? 'passes' : 'fails'}: ${desc}`, () => {
      const shares = { a: approve, b: deny, c: abstain, d: 100 - approve - deny - abstain }
      const world = new World()
      // The proposer's own weight is one of 10,000, and it doesn't vote.
      const rows = Object.entries(shares).map(([member, share]) => ({
        ...rowOf(member, 100),
        total: 100 * share - (member === 'd' ? 1 : 0)
      }))
      const proposer = { ...rowOf('m0', 100), total: 1 }
      world.setEpoch(new WeightSnapshot(1, 1, [...rows, proposer], sha256))
      const proposal = world.open({ type })
      world.vote(proposal, 'a', 'approve')
      world.vote(proposal, 'b', 'deny')
      world.vote(proposal, 'c', 'abstain')
      world.wait(proposal.closeMs - world.now)
      assert.equal(proposal.phase, passed ? Phase.passed : Phase.rejected)
    })
  }

  it('lets a vote be changed until the close, and counts the last', () => {
    const world = new World()
    const proposal = world.open()
    world.vote(proposal, ['m0', 'm1'], 'approve')
    assert.equal(world.vote(proposal, 'm1', 'deny', 1), undefined)
    assert.equal(world.vote(proposal, 'm1', 'deny', 1), 'duplicate-ballot')
    assert.equal(world.vote(proposal, 'm1', 'deny', REVISIONS_MAX), 'bad-ballot')
    assert.equal(world.vote(proposal, 'nobody', 'deny'), 'not-a-voter')
    world.wait(3 * DAY_MS)
    assert.equal(world.vote(proposal, 'm1', 'approve', 2), 'not-open')
    assert.deepEqual(proposal.result().certificate.tally, { approve: 100, deny: 100, abstain: 0 })
    assert.equal(proposal.phase, Phase.rejected)
  })

  it('voids the vote of who signs two ballots of one revision, and says so', () => {
    const world = new World()
    const proposal = world.open()
    world.vote(proposal, ['m0', 'm1'], 'approve')
    world.transcript()
    assert.equal(world.vote(proposal, 'm1', 'deny'), 'equivocation')
    assert.equal(world.vote(proposal, 'm1', 'approve', 1), 'void-vote')
    assert.deepEqual(world.transcript(), ['equivocation of m1'])
    world.wait(3 * DAY_MS)
    const { tally, exclusions } = proposal.result().certificate
    assert.deepEqual(tally, { approve: 100, deny: 0, abstain: 0 })
    assert.deepEqual(exclusions, [{ voter: 'm1', reason: 'equivocated', weight: 100 }])
  })

  it('goes on once until it has been passing for as long as it must', () => {
    const world = new World()
    const proposal = world.open()
    world.wait(60 * HOUR_MS)
    world.vote(proposal, 'm1', 'approve')
    world.wait(20 * HOUR_MS)
    assert.equal(world.vote(proposal, 'm2', 'abstain'), undefined)
    world.wait(4 * HOUR_MS)
    assert.deepEqual(world.transcript().slice(2), ['extended to 85h', '85h counting', '85h passed'])
  })

  it('closes in its extension as soon as it doesn’t pass any more', () => {
    const world = new World()
    const proposal = world.open()
    world.wait(71 * HOUR_MS)
    world.vote(proposal, 'm1', 'approve')
    world.wait(10 * HOUR_MS)
    world.vote(proposal, ['m2', 'm3'], 'deny')
    assert.equal(world.vote(proposal, ['m4', 'm5'], 'approve'), 'not-open')
    assert.deepEqual(world.transcript().slice(2), [
      'extended to 96h',
      '82h counting',
      '82h rejected'
    ])
  })

  it('isn’t extended for having passed for a while before', () => {
    const world = new World()
    const proposal = world.open()
    world.wait(50 * HOUR_MS)
    world.vote(proposal, ['m1', 'm2'], 'approve')
    world.wait(2 * HOUR_MS)
    world.vote(proposal, ['m3', 'm4'], 'deny')
    world.wait(20 * HOUR_MS)
    assert.deepEqual(world.transcript().slice(2), ['73h counting', '73h rejected'])
  })

  it('is cancelled by more than a third of the power, and by no less', () => {
    const world = new World()
    const proposal = world.open()
    assert.equal(
      world.send({ kind: 'object', id: proposal.id, validator: 'v0' }),
      'no-objection-window'
    )
    world.vote(proposal, ['m0', 'm1'], 'approve')
    world.wait(3 * DAY_MS)
    const object = (validator: string): RefusalCode | undefined =>
      world.send({ kind: 'object', id: proposal.id, validator })
    for (const validator of ['v0', 'v1', 'v2']) assert.equal(object(validator), undefined)
    assert.equal(object('v2'), 'already-objected')
    assert.equal(object('m0'), 'no-power')
    assert.equal(proposal.phase, Phase.passed)
    assert.equal(object('v3'), undefined)
    assert.equal(proposal.phase, Phase.cancelled)
  })

  it('is taken back by its proposer until somebody votes', () => {
    const world = new World()
    const first = world.open()
    const cancel = (id: string, member: string): RefusalCode | undefined =>
      world.send({ kind: 'cancel', id, member })
    assert.equal(cancel(first.id, 'm1'), 'not-proposer')
    assert.equal(cancel(first.id, 'm0'), undefined)
    assert.equal(first.phase, Phase.cancelled)
    assert.equal(cancel(first.id, 'm0'), 'not-open')
    const second = world.open({ proposer: 'm1' })
    world.vote(second, 'm5', 'abstain')
    assert.equal(cancel(second.id, 'm1'), 'has-ballots')
    world.wait(3 * DAY_MS)
    assert.equal(second.phase, Phase.rejected)
  })

  it('loses the vote of who was down, whose weight still counts in the whole', () => {
    const world = new World()
    const proposal = world.open()
    world.vote(proposal, ['m0', 'm1', 'm2'], 'approve')
    world.silent.add('m1')
    world.wait(19 * HOUR_MS)
    world.silent.delete('m1')
    world.silent.add('m2')
    world.wait(17 * HOUR_MS)
    world.silent.clear()
    world.wait(36 * HOUR_MS)
    const { certificate } = proposal.result()
    assert.deepEqual(certificate.exclusions, [{ voter: 'm1', reason: 'down', weight: 100 }])
    assert.deepEqual(certificate.tally, { approve: 200, deny: 0, abstain: 0 })
    assert.equal(certificate.totalWeight, 1_000)
  })

  it('holds nobody down for slots in which the ledger stood still', () => {
    const world = new World()
    const proposal = world.open()
    world.vote(proposal, ['m0', 'm1'], 'approve')
    for (const { member } of world.snapshot.rows) world.silent.add(member)
    world.wait(48 * HOUR_MS)
    world.silent.clear()
    world.wait(24 * HOUR_MS)
    assert.deepEqual(proposal.result().certificate.exclusions, [])
    assert.equal(proposal.phase, Phase.passed)
  })

  for (const over of [
    { postState: digest('another end') },
    { preState: digest('another start') },
    { actionDigest: digest('another action') }
  ]) {
    it(`fails when re-execution has ${Object.keys(over)} other than what was voted on`, () => {
      const world = new World()
      const proposal = world.open()
      world.vote(proposal, ['m0', 'm1'], 'approve')
      world.certify(proposal)
      world.wait(5 * DAY_MS)
      assert.equal(world.execute(proposal, over), 'simulation-mismatch')
      assert.equal(proposal.phase, Phase.failed)
      assert.equal(world.execute(proposal), 'not-executable')
      assert.ok(!world.transcript().some(line => line.startsWith('enact')))
    })
  }

  it('judges who was up by the whole slots of its window, to the last', () => {
    const world = new World()
    world.wait(9.5 * HOUR_MS)
    const proposal = world.open()
    assert.equal(proposal.openMs, 10.5 * HOUR_MS)
    world.wait(72 * HOUR_MS)
    assert.equal(proposal.result().certificate.slots, 71)
  })

  it('takes only the certificate of its action and class, in time', () => {
    const world = new World()
    const { id, actionDigest } = world.open()
    const certify = (over: object): RefusalCode | undefined =>
      world.send({
        kind: 'certify',
        id,
        certificate: { actionDigest, actionClass: 'C', notAfterMs: 100 * DAY_MS, ...over }
      })
    assert.equal(certify({ actionDigest: digest('other') }), 'certificate-other-action')
    assert.equal(certify({ actionClass: 'D' }), 'certificate-other-class')
    assert.equal(certify({ notAfterMs: 0 }), 'certificate-expired')
    assert.equal(certify({}), undefined)
  })

  it('doesn’t execute on a certificate that has expired meanwhile', () => {
    const world = new World()
    const proposal = world.open()
    const { id, actionDigest } = proposal
    const certificate = { actionDigest, actionClass: 'C', notAfterMs: 2 * DAY_MS } as const
    world.send({ kind: 'certify', id, certificate })
    world.vote(proposal, ['m0', 'm1'], 'approve')
    world.wait(5 * DAY_MS)
    assert.equal(world.execute(proposal), 'certificate-expired')
    assert.equal(proposal.phase, Phase.executable)
  })
})

describe('emergency', () => {
  const emergency = (world: World): ReturnType<World['open']> => {
    const proposal = world.propose({ type: 'emergency' })
    world.send({ kind: 'tick' })
    return proposal
  }

  it('acts on its certificate, is ratified, and ends by itself', () => {
    const world = new World()
    const proposal = emergency(world)
    assert.equal(world.execute(proposal), 'not-executable')
    world.certify(proposal)
    assert.equal(world.execute(proposal), undefined)
    assert.equal(world.execute(proposal), 'not-executable')
    world.vote(proposal, ['m0', 'm1'], 'approve')
    world.wait(6 * HOUR_MS)
    assert.equal(proposal.ended, false)
    world.wait(6 * HOUR_MS)
    assert.ok(proposal.ended)
    assert.deepEqual(world.transcript(), [
      '0h draft',
      '0h open',
      'enact pause',
      '6h counting',
      '6h executed',
      'revert pause'
    ])
  })

  it('is undone at the close when the vote doesn’t ratify it', () => {
    const world = new World()
    const proposal = emergency(world)
    world.certify(proposal)
    world.execute(proposal)
    world.wait(6 * HOUR_MS)
    assert.deepEqual(world.transcript().slice(2), [
      'enact pause',
      '6h counting',
      '6h rejected',
      'revert pause'
    ])
  })

  it('is undone at once by more than a third of the power', () => {
    const world = new World()
    const proposal = emergency(world)
    world.certify(proposal)
    world.execute(proposal)
    for (const validator of ['v0', 'v1', 'v2', 'v3']) {
      world.send({ kind: 'object', id: proposal.id, validator })
    }
    assert.deepEqual(world.transcript().slice(2), ['enact pause', 'revert pause', '0h cancelled'])
  })

  it('can’t be renewed day by day', () => {
    const world = new World()
    const first = emergency(world)
    world.certify(first)
    world.execute(first)
    world.wait(DAY_MS)
    const draft = world.draft({ type: 'emergency', proposer: 'm1' })
    assert.equal(world.send({ kind: 'propose', draft }), 'subject-cooldown')
  })

  it('may be proposed by who may only vote', () => {
    const active = { m0: 90, m1: 10 }
    const world = new World({ weights: active })
    assert.equal(
      world.send({ kind: 'propose', draft: world.draft({ proposer: 'm1' }) }),
      'level-too-low'
    )
    world.propose({ type: 'emergency', proposer: 'm1' })
  })
})

describe('draft', () => {
  const refusals: ReadonlyArray<{ code: RefusalCode; over: (world: World) => Partial<Draft> }> = [
    { code: 'stale-policy', over: () => ({ policyVersion: 2 }) },
    { code: 'stale-snapshot', over: () => ({ weightRoot: digest('x') }) },
    { code: 'stale-snapshot', over: () => ({ epoch: 0 }) },
    { code: 'level-too-low', over: () => ({ proposer: 'nobody' }) },
    { code: 'level-too-low', over: () => ({ proposer: 'young' }) },
    { code: 'contribution-too-low', over: () => ({ type: 'amendment', proposer: 'm1' }) },
    { code: 'bad-text', over: () => ({ title: ' ' }) },
    { code: 'bad-text', over: () => ({ title: 'x'.repeat(121) }) },
    { code: 'bad-text', over: () => ({ nonce: -1 }) },
    { code: 'wrong-action', over: () => ({ action: actions.treasury }) },
    { code: 'not-restrictive', over: () => ({ type: 'emergency', action: actions.parameter }) },
    { code: 'not-restrictive', over: () => lower({ from: 6, to: 7 }) },
    { code: 'not-restrictive', over: () => lower({ from: 6, to: 6 }) },
    { code: 'bad-expiry', over: () => lower({ lastsMs: 25 * HOUR_MS }) },
    { code: 'bad-expiry', over: () => lower({ lastsMs: 0 }) },
    { code: 'unknown-parameter', over: () => change('no.such', 1, 2) },
    { code: 'unknown-parameter', over: () => change('constructor', 1, 2) },
    { code: 'parameter-out-of-range', over: () => change('gossip.fanout', 6, 13) },
    { code: 'bad-action', over: () => change('gossip.fanout', 6, 6.5) },
    { code: 'bad-action', over: () => change('not a name', 6, 7) },
    { code: 'unconstitutional', over: () => change('signature.category', 3, 2) },
    { code: 'unconstitutional', over: () => change('vault.export', 0, 1) },
    { code: 'unconstitutional', over: () => change('audit.skip', 0, 1) },
    {
      code: 'bad-action',
      over: () => ({
        type: 'validator-set',
        action: { kind: 'set-validators', add: ['m1'], remove: ['m1'] }
      })
    },
    {
      code: 'bad-action',
      over: () => ({ type: 'upgrade', action: { kind: 'upgrade', manifest: 'v2' } })
    },
    { code: 'no-rollback', over: () => ({ rollback: { steps: '', restores: digest('before') } }) },
    { code: 'no-rollback', over: () => ({ rollback: { steps: 'back', restores: 'where?' } }) },
    {
      code: 'no-simulation',
      over: () => ({ simulation: { preState: '', postState: digest('a') } })
    },
    { code: 'no-impact', over: () => ({ impact: { events: 0, changed: 0, summary: 'none' } }) },
    { code: 'no-impact', over: () => ({ impact: { events: 5, changed: 6, summary: 'none' } }) },
    {
      code: 'bad-version',
      over: ({ policy }) => ({ type: 'amendment', action: { kind: 'set-policy', policy } })
    },
    {
      code: 'unsatisfiable-policy',
      over: ({ policy }) => ({
        type: 'amendment',
        action: { kind: 'set-policy', policy: { ...policy, version: 2, emergencyMs: 2 * DAY_MS } }
      })
    }
  ]
  const change = (parameter: string, from: number, to: number): Partial<Draft> => ({
    action: { kind: 'set-parameter', parameter, from, to }
  })
  const lower = (over: Partial<RestrictiveAction>): Partial<Draft> => ({
    type: 'emergency',
    action: {
      kind: 'lower-limit',
      parameter: 'gossip.fanout',
      from: 8,
      to: 6,
      lastsMs: HOUR_MS,
      ...over
    } as RestrictiveAction
  })
  for (const [i, { code, over }] of refusals.entries()) {
    it(`is refused: ${code} (${i})`, () => {
      const world = new World({ weights: { m0: 200, m1: 60, young: 10 } })
      assert.equal(world.send({ kind: 'propose', draft: world.draft(over(world)) }), code)
      assert.equal(world.book.live().length, 0)
      assert.ok(nextStep[code].length > 0)
    })
  }

  it('of a type nobody knows is refused', () => {
    const world = new World()
    const draft = world.draft({ type: 'coup' as ProposalType, action: actions.parameter })
    assert.equal(world.send({ kind: 'propose', draft }), 'wrong-action')
  })

  it('keeps what was proposed, whatever becomes of the object', () => {
    const world = new World()
    const action = { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 } as const
    const draft = world.draft({ action })
    world.send({ kind: 'propose', draft })
    const id = proposalId(draft, sha256)
    Object.assign(action, { to: 12 })
    assert.deepEqual(world.book.get(id)?.draft.action, actions.parameter)
  })

  it('waits for the cooldowns of its proposer and its subject', () => {
    const world = new World()
    const first = world.open()
    const again = (proposer: string): RefusalCode | undefined =>
      world.send({ kind: 'propose', draft: world.draft({ proposer }) })
    assert.equal(again('m0'), 'proposer-cooldown')
    assert.equal(world.carry(first), undefined)
    assert.equal(again('m1'), 'subject-cooldown')
    world.wait(8 * DAY_MS)
    assert.equal(again('m1'), undefined)
  })

  it('is refused beyond the number that a proposer, and the mesh, can have open', () => {
    const world = new World({ weights: members('m', PROPOSALS_MAX + 1, 100) })
    for (let i = 0; i < PROPOSALS_MAX; i++) world.propose({ proposer: `m${i}` })
    const draft = world.draft({ proposer: `m${PROPOSALS_MAX}` })
    assert.equal(world.send({ kind: 'propose', draft }), 'too-many-proposals')
    const small = new World()
    small.propose()
    small.wait(25 * HOUR_MS)
    small.propose()
    small.wait(25 * HOUR_MS)
    assert.equal(small.send({ kind: 'propose', draft: small.draft() }), 'too-many-of-proposer')
  })

  it('can’t be proposed twice', () => {
    const world = new World()
    const draft = world.draft()
    world.send({ kind: 'propose', draft })
    world.wait(25 * HOUR_MS)
    assert.equal(world.send({ kind: 'propose', draft }), 'already-proposed')
  })
})

describe('book of proposals', () => {
  it('refuses what is about no proposal, and heartbeats out of place', () => {
    const world = new World()
    const inputs: ReadonlyArray<[ProposalInput, RefusalCode]> = [
      [{ kind: 'cancel', id: 'x', member: 'm0' }, 'unknown-proposal'],
      [{ kind: 'object', id: 'x', validator: 'v0' }, 'unknown-proposal'],
      [{ kind: 'heartbeat', member: 'nobody', slot: 0 }, 'not-a-voter'],
      [{ kind: 'heartbeat', member: 'm0', slot: 1 }, 'slot-out-of-range'],
      [{ kind: 'heartbeat', member: 'm0', slot: -1 }, 'slot-out-of-range']
    ]
    for (const [input, code] of inputs) assert.equal(world.send(input), code)
    assert.equal(world.send({ kind: 'heartbeat', member: 'm0', slot: 0 }), undefined)
    assert.equal(world.send({ kind: 'heartbeat', member: 'm0', slot: 0 }), 'duplicate-heartbeat')
    world.now = 2_000 * HOUR_MS
    assert.equal(world.send({ kind: 'heartbeat', member: 'm0', slot: 2_000 }), undefined)
    assert.equal(world.send({ kind: 'heartbeat', member: 'm0', slot: 900 }), 'slot-out-of-range')
  })

  it('lets a vote run by the weights it pinned, whatever the next epoch brings', () => {
    const world = new World()
    const proposal = world.open()
    world.setEpoch(snapshotOf({ m0: 500 }, 2))
    assert.equal(world.vote(proposal, 'm9', 'approve'), undefined)
    assert.equal(proposal.draft.epoch, 1)
  })

  it('keeps the time it has, if a clock goes back', () => {
    const world = new World()
    world.wait(50 * HOUR_MS)
    world.now = 0
    assert.equal(world.propose().openMs, 51 * HOUR_MS)
  })
})
