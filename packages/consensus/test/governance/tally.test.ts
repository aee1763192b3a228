import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import {
  Choice,
  decide,
  defaultPolicy,
  isEquivocation,
  type MemberWeight,
  MerkleTree,
  ProposalType,
  REVISIONS_MAX,
  type ResultBundle,
  type ResultCertificate,
  receipts,
  retally,
  revisit,
  Tally,
  verifyReceipt,
  WeightSnapshot,
  weightLeaf
} from '../../src/governance/index.ts'
import { digest, members, policyWith, rowOf, sha256, snapshotOf, World } from './support.ts'

const VOTERS = 8
const snapshot = new WeightSnapshot(
  1,
  1,
  Array.from({ length: VOTERS }, (_, i) => rowOf(`m${i}`, 37 * i)),
  sha256
)
interface Cast {
  readonly voter: string
  readonly revision: number
  readonly choice: Choice
}
const ballot: fc.Arbitrary<Cast> = fc.record({
  voter: fc.nat(VOTERS).map(i => `m${i}`),
  revision: fc.nat(REVISIONS_MAX),
  choice: fc.constantFrom<Choice>(Choice.approve, Choice.deny, Choice.abstain)
})
const tallyOf = (ballots: readonly Cast[]): Tally => {
  const tally = new Tally(snapshot)
  for (const { voter, revision, choice } of ballots) tally.cast(voter, revision, choice)
  return tally
}

describe('tally', () => {
  it('depends on neither order nor repetition', () => {
    const shuffled = fc.array(ballot, { maxLength: 40 }).chain(ballots =>
      fc.tuple(
        fc.constant(ballots),
        fc.shuffledSubarray([...ballots, ...ballots], {
          minLength: 2 * ballots.length,
          maxLength: 2 * ballots.length
        })
      )
    )
    fc.assert(
      fc.property(shuffled, ([ballots, again]) => {
        assert.deepEqual(tallyOf(again).sums, tallyOf(ballots).sums)
        assert.equal(tallyOf(again).voters, tallyOf(ballots).voters)
      }),
      { seed: 2 }
    )
  })

  it('agrees with counting each voter’s last ballot', () => {
    fc.assert(
      fc.property(fc.array(ballot, { maxLength: 40 }), ballots => {
        const sums = { approve: 0, deny: 0, abstain: 0 }
        const names = ['approve', 'deny', 'abstain'] as const
        for (const { member, total } of snapshot.rows) {
          const own = ballots.filter(b => b.voter === member && b.revision < REVISIONS_MAX)
          const spoilt = own.some(a =>
            own.some(b => a.revision === b.revision && a.choice !== b.choice)
          )
          const last = own.toSorted((a, b) => b.revision - a.revision)[0]
          if (last !== undefined && !spoilt) sums[names[last.choice]] += total
        }
        assert.deepEqual(tallyOf(ballots).sums, sums)
      }),
      { seed: 3 }
    )
  })

  it('never passes by a denial what fails without it', () => {
    const sums = fc.record({ approve: fc.nat(400), deny: fc.nat(400), abstain: fc.nat(200) })
    const types = fc.constantFrom(...Object.values(ProposalType))
    fc.assert(
      fc.property(sums, fc.nat(400), types, (votes, more, type) => {
        const rules = defaultPolicy.types[type]
        const without = decide(votes, 1_000, rules).passed
        const against = decide({ ...votes, deny: votes.deny + more }, 1_000, rules).passed
        assert.ok(without || !against)
        const { approve } = votes
        const inFavour = decide({ ...votes, approve: approve + more }, 1_000, rules).passed
        assert.ok(!without || inFavour)
      }),
      { seed: 5, numRuns: 500 }
    )
  })

  it('passes nothing in an empty mesh', () => {
    const nothing = { approve: 0, deny: 0, abstain: 0 }
    assert.deepEqual(decide(nothing, 0, defaultPolicy.types.parameter), {
      quorate: false,
      passed: false
    })
  })

  it('convicts by two ballots of one voter, proposal and revision', () => {
    const a = { proposal: 'p', voter: 'v', revision: 0, choice: Choice.approve }
    assert.ok(isEquivocation(a, { ...a, choice: Choice.deny }))
    assert.ok(!isEquivocation(a, a))
    assert.ok(!isEquivocation(a, { ...a, choice: Choice.deny, revision: 1 }))
    assert.ok(!isEquivocation(a, { ...a, choice: Choice.deny, proposal: 'q' }))
    assert.ok(!isEquivocation(a, { ...a, choice: Choice.deny, voter: 'w' }))
  })
})

/** A vote with everything in it: changes, an equivocation, a voter that was down, abstentions. */
function bundleOf(): ResultBundle {
  const world = new World({ weights: { ...members('m', 9, 90), low: 0 } })
  const proposal = world.open()
  world.vote(proposal, ['m0', 'm1', 'm2', 'm3', 'm6'], 'approve')
  world.vote(proposal, 'm3', 'deny', 1)
  world.vote(proposal, 'm4', 'abstain')
  world.vote(proposal, 'm5', 'deny')
  world.vote(proposal, 'm5', 'abstain')
  world.silent.add('m6')
  world.wait(72 * 3_600_000)
  return proposal.result()
}

describe('result certificate', () => {
  const bundle = bundleOf()
  const { certificate } = bundle
  const yes = (): boolean => true

  it('is counted again by the verifier, with every ballot’s signature', () => {
    const seen: string[] = []
    const isSigned = (...ballot: readonly [string, number, number]): boolean => {
      seen.push(ballot.join(' '))
      return true
    }
    assert.equal(retally(bundle, sha256, isSigned), undefined)
    assert.deepEqual(seen, [
      'm0 0 0',
      'm1 0 0',
      'm2 0 0',
      'm3 0 0',
      'm3 1 1',
      'm4 0 2',
      'm5 0 1',
      'm5 0 2',
      'm6 0 0'
    ])
    assert.deepEqual(certificate.tally, { approve: 270, deny: 90, abstain: 90 })
    assert.deepEqual(certificate.exclusions, [
      { voter: 'm5', reason: 'equivocated', weight: 90 },
      { voter: 'm6', reason: 'down', weight: 90 }
    ])
  })

  const forge = (over: Partial<ResultCertificate>): ResultBundle => ({
    ...bundle,
    certificate: { ...certificate, ...over }
  })
  const { votes, weights } = bundle
  const voteAt = (at: number, over: object): ResultBundle => ({
    ...bundle,
    votes: votes.map((vote, i) => (i === at ? { ...vote, ...over } : vote))
  })
  const weightAt = (at: number, over: object): ResultBundle => ({
    ...bundle,
    weights: weights.map((row, i) => (i === at ? { ...row, ...over } : row))
  })
  const forgeries: ReadonlyArray<[string, ResultBundle, string]> = [
    [
      'another policy',
      { ...bundle, policy: policyWith('parameter', { quorumPercent: 1 }) },
      'policy'
    ],
    ['another policy version', forge({ policyVersion: 2 }), 'policy'],
    ['a heavier member', weightAt(1, { total: 91 }), 'weights'],
    ['a component above its scale', weightAt(1, { uptime: 101, total: 191 }), 'weights'],
    ['a lighter member', weightAt(1, { total: 1 }), 'weights'],
    ['a member with an endless name', weightAt(8, { member: 'm'.repeat(65) }), 'weights'],
    ['a proposal with an endless id', forge({ proposal: 'p'.repeat(65) }), 'ballots'],
    ['a member twice', { ...bundle, weights: [...weights, weights[0]!] }, 'weights'],
    ['a member left out', { ...bundle, weights: weights.slice(0, -1) }, 'weights'],
    ['another total', forge({ totalWeight: 1 }), 'weights'],
    ['another number of members', forge({ electors: 1 }), 'weights'],
    ['another weight root', forge({ weightRoot: digest('x') }), 'weights'],
    ['another epoch', forge({ epoch: 2 }), 'weights'],
    ['a ballot exchanged', voteAt(0, { ballots: 2 }), 'ballots'],
    ['a ballot left out', { ...bundle, votes: votes.slice(1) }, 'ballots'],
    ['ballots out of order', { ...bundle, votes: votes.toReversed() }, 'ballots'],
    ['a voter twice', { ...bundle, votes: [votes[0]!, ...votes] }, 'ballots'],
    ['ballots that are no set', voteAt(0, { ballots: 2 ** 31 }), 'ballots'],
    ['more beats than slots', voteAt(0, { heard: 1_000 }), 'ballots'],
    ['a stranger’s ballot', voteAt(0, { voter: 'a' }), 'no-weight'],
    ['a ballot without weight', voteAt(0, { voter: 'low' }), 'no-weight'],
    ['another number of voters', forge({ voters: 6 }), 'ballots'],
    ['another proposal', forge({ proposal: digest('x') }), 'ballots'],
    [
      'a voter struck for nothing',
      forge({
        exclusions: [{ voter: 'm0', reason: 'down', weight: 90 }, ...certificate.exclusions]
      }),
      'exclusions'
    ],
    ['an exclusion withheld', forge({ exclusions: [] }), 'exclusions'],
    [
      'other reasons',
      forge({ exclusions: certificate.exclusions.map(e => ({ ...e, reason: 'down' })) }),
      'exclusions'
    ],
    ['other sums', forge({ tally: { approve: 271, deny: 90, abstain: 90 } }), 'tally'],
    ['another outcome', forge({ passed: !certificate.passed }), 'outcome'],
    ['another quorum', forge({ quorate: false }), 'outcome'],
    ['another type', forge({ type: 'amendment' }), 'outcome']
  ]
  for (const [desc, forged, fault] of forgeries) {
    it(`is refused by the verifier with ${desc}`, () => {
      assert.equal(retally(forged, sha256, yes)?.fault, fault)
    })
  }

  it('is refused by the verifier when its roots are right and its weights are not', () => {
    const own = weights[0]!
    const certified = (rows: readonly MemberWeight[]): ResultBundle => {
      const leaves = rows.map(row => weightLeaf(certificate.epoch, row))
      const totalWeight = rows.reduce((sum, { total }) => sum + total, 0)
      const { root: weightRoot } = new MerkleTree(leaves, sha256)
      const over = { weightRoot, totalWeight, electors: rows.length }
      return { ...forge(over), weights: rows }
    }
    assert.equal(retally(certified(weights), sha256, yes), undefined)
    const twice = certified([own, ...weights])
    assert.deepEqual(retally(twice, sha256, yes), { fault: 'weights', at: own.member })
    const sum = own.total
    for (const over of [
      { total: sum + 1 },
      { signals: 101 },
      { certification: 51 },
      { uptime: -1 }
    ]) {
      const forged = certified([{ ...own, ...over }, ...weights.slice(1)])
      assert.deepEqual(retally(forged, sha256, yes), { fault: 'weights', at: own.member })
    }
    const long = { ...own, member: 'z'.repeat(65) }
    const endless = certified([...weights, long])
    assert.deepEqual(retally(endless, sha256, yes), { fault: 'weights', at: long.member })
  })

  it('agrees with the verifier on a vote that has too little support', () => {
    const world = new World({ weights: { m0: 40, ...members('x', 3, 300) } })
    const proposal = world.open()
    world.vote(proposal, 'm0', 'approve')
    world.vote(proposal, ['x0', 'x1'], 'abstain')
    world.wait(72 * 3_600_000)
    const { quorate, passed } = proposal.result().certificate
    assert.deepEqual({ quorate, passed }, { quorate: true, passed: false })
    assert.equal(retally(proposal.result(), sha256, yes), undefined)
  })

  it('is refused with a ballot that nobody signed, named by its voter', () => {
    const isSigned = (voter: string, revision: number): boolean => voter !== 'm3' || revision !== 1
    assert.deepEqual(retally(bundle, sha256, isSigned), { fault: 'signature', at: 'm3' })
  })

  it('is checked by 200 lines that share no code with the tally', () => {
    const file = new URL('../../src/governance/tally/retally.ts', import.meta.url)
    const source = readFileSync(file, 'utf8')
    assert.ok(source.split('\n').length <= 200)
    const imports = source.split('\n').filter(line => line.startsWith('import'))
    assert.ok(imports.length > 0 && imports.every(line => line.startsWith('import type ')))
  })

  it('gives each voter a receipt, also one whose vote was excluded', () => {
    const [mine, other] = receipts(bundle, ['m5', 'm0', 'nobody'], sha256).toReversed()
    assert.equal(mine?.vote.voter, 'm5')
    assert.ok(verifyReceipt(mine, certificate, sha256))
    assert.ok(verifyReceipt(other!, certificate, sha256))
    assert.ok(!verifyReceipt({ ...mine, vote: other!.vote }, certificate, sha256))
    const larger = { ...other!, proof: { ...other!.proof, size: other!.proof.size + 1 } }
    assert.ok(!verifyReceipt(larger, certificate, sha256))
    const changed = { ...mine, vote: { ...mine.vote, ballots: 1 } }
    assert.ok(!verifyReceipt(changed, certificate, sha256))
  })

  it('isn’t given before the vote is counted', () => {
    const world = new World()
    assert.throws(() => world.open().result(), { code: 'not-counted' })
  })

  it('agrees with the verifier whatever was cast', () => {
    fc.assert(
      fc.property(fc.array(ballot, { maxLength: 30 }), cast => {
        const world = new World({ weights: members('m', VOTERS, 100) })
        const proposal = world.open()
        for (const { voter, revision, choice } of cast) {
          world.send({ kind: 'ballot', ballot: { proposal: proposal.id, voter, revision, choice } })
        }
        world.wait(72 * 3_600_000)
        assert.equal(retally(proposal.result(), sha256, yes), undefined)
      }),
      { seed: 6, numRuns: 25 }
    )
  })
})

describe('policy time travel', () => {
  const bundle = bundleOf()

  it('counts a past vote as its own policy did', () => {
    const again = revisit(bundle, bundle.policy)
    assert.deepEqual(again.tally, bundle.certificate.tally)
    assert.equal(again.flipped, false)
  })

  it('shows the flip under another threshold', () => {
    const strict = policyWith('parameter', { thresholdPercent: 75 }, { version: 2 })
    const { passed, flipped, policyVersion } = revisit(bundle, strict)
    assert.deepEqual(
      { passed, flipped, policyVersion },
      { passed: false, flipped: true, policyVersion: 2 }
    )
  })

  it('shows what another downtime rule, or other weights, would have counted', () => {
    const patient = policyWith('parameter', {}, { version: 2, downPercent: 99 })
    // m6 was heard in the first slot of 72.
    assert.equal(bundle.votes.at(-1)?.heard, 1)
    assert.equal(revisit(bundle, patient).tally.approve, 270 + 90)
    const reweighed = snapshotOf(members('m', 9, 10))
    assert.deepEqual(revisit(bundle, bundle.policy, reweighed).tally, {
      approve: 30,
      deny: 10,
      abstain: 10
    })
  })
})
