import assert from 'node:assert/strict'
import fc from 'fast-check'
import { council, type governance, Kind } from '../../src/index.ts'
import { ports, World } from './world.ts'

const { decodeDecisionCertificate, encodeDecisionCertificate, verifyDecision } = council

const fanout = { kind: 'set-parameter', parameter: 'gossip.fanout', from: 6, to: 8 } as const
const pause = { kind: 'pause', service: 'relay', lastsMs: 1_800_000 } as const

function decided(
  action: governance.Action,
  type: governance.ProposalType
): { readonly world: World; readonly shown: council.DecisionCertificate } {
  const world = new World(8)
  const id = world.propose(world.seats[0]!, action, type)
  if (type !== 'emergency') world.vote(id, world.seats)
  if (type === 'parameter') {
    world.until('the ball is drawn', () =>
      world.seats.every(seat => seat.council.asking(id)?.scope === 2)
    )
  }
  world.approve(id, world.seats)
  world.until('all have executed', () => world.seats.every(seat => seat.executed.length > 0))
  return { world, shown: world.seats[2]!.executed[0]! }
}

type Change = (shown: council.DecisionCertificate) => Partial<council.DecisionCertificate>

describe('a decision certificate', () => {
  let world: World
  let shown: council.DecisionCertificate
  before(() => {
    ;({ world, shown } = decided(fanout, 'parameter'))
  })
  const verdict = (certificate: council.DecisionCertificate): string => {
    const checked = verifyDecision(certificate, world.terms.torus, ports)
    return checked.ok ? 'ok' : checked.fault
  }

  it('shows a parameter change to who has only the certificate', () => {
    assert.equal(verdict(shown), 'ok')
    assert.equal(shown.decision.approval.scope, 2)
    assert.notEqual(shown.approvedIn.beacon, null)
  })

  it('shows an emergency, which has no result yet', () => {
    const emergency = decided(pause, 'emergency')
    assert.equal(emergency.shown.decision.result, undefined)
    const { torus } = emergency.world.terms
    assert.ok(verifyDecision(emergency.shown, torus, ports).ok)
  })

  it('shows a change of the set that approved it', () => {
    const remove = [new World(8).seats[6]!.member]
    const change = decided({ kind: 'set-validators', add: [], remove }, 'validator-set')
    const { torus } = change.world.terms
    assert.ok(verifyDecision(change.shown, torus, ports).ok)
    assert.equal(change.shown.epoch.validators.length, 8)
  })

  it('comes back from its bytes as it was, and from the ledger too', () => {
    const bytes = encodeDecisionCertificate(shown)
    const again = decodeDecisionCertificate(bytes)!
    assert.deepEqual(encodeDecisionCertificate(again), bytes)
    assert.equal(verdict(again), 'ok')
    const seat = world.seats[2]!
    seat.restart()
    assert.deepEqual(seat.council.replayed.map(encodeDecisionCertificate), [bytes])
  })

  it('is the same decision on every seat', () => {
    const told = world.seats.map(({ executed }) => {
      const { approval, ...decision } = executed[0]!.decision
      return decision
    })
    for (const each of told) assert.deepEqual(each, told[0])
  })

  const digest = 'ff'.repeat(32)
  const forged: readonly [string, Change, string][] = [
    [
      'another action',
      ({ decision }) => ({ decision: { ...decision, action: { ...fanout, to: 9 } } }),
      'other-action'
    ],
    [
      'the name of another proposal',
      ({ decision }) => ({ decision: { ...decision, proposal: digest } }),
      'other-action'
    ],
    [
      'a vote that did not pass',
      ({ decision }) => ({
        decision: { ...decision, result: { ...decision.result!, passed: false } }
      }),
      'not-passed'
    ],
    [
      'the result of another vote',
      ({ decision }) => ({
        decision: { ...decision, result: { ...decision.result!, proposal: digest } }
      }),
      'other-action'
    ],
    [
      'one approval too few',
      ({ decision }) => ({
        decision: {
          ...decision,
          approval: { ...decision.approval, approvals: decision.approval.approvals.slice(0, 4) }
        }
      }),
      'too-little-approval'
    ],
    [
      'an approver of outside the ball',
      ({ decision, approvedIn }) => {
        const { approvals } = decision.approval
        const inBall = new Set(approvals.map(({ validator }) => validator))
        const validator = approvedIn.epoch.validators.findIndex((_, at) => !inBall.has(at))
        const moved = approvals.map((each, at) => (at === 0 ? { ...each, validator } : each))
        return { decision: { ...decision, approval: { ...decision.approval, approvals: moved } } }
      },
      'too-little-approval'
    ],
    ['another block', () => ({ block: digest }), 'broken-chain'],
    ['another height', ({ height }) => ({ height: height + 1 }), 'broken-chain'],
    ['no headers', () => ({ headers: [] }), 'broken-chain'],
    [
      'the end of another chain',
      ({ finality }) => ({ finality: { ...finality, digest } }),
      'broken-chain'
    ],
    [
      'a notarization for a finalization',
      ({ finality }) => ({ finality: { ...finality, kind: Kind.notarize } }),
      'not-final'
    ],
    [
      'signatures of nobody',
      ({ finality }) => ({
        finality: { ...finality, signatures: finality.signatures.map(() => new Uint8Array(32)) }
      }),
      'bad-signature'
    ],
    [
      'the finality of another epoch',
      ({ finality }) => ({ finality: { ...finality, epochId: digest } }),
      'other-epoch'
    ]
  ]
  for (const [desc, change, fault] of forged) {
    it(`is refused with ${desc}: ${fault}`, () => {
      assert.equal(verdict({ ...shown, ...change(shown) }), fault)
    })
  }

  it('never throws on bytes that somebody changed', () => {
    const bytes = encodeDecisionCertificate(shown)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes)
        changed[at]! ^= flip
        const decoded = decodeDecisionCertificate(changed)
        if (decoded !== null) verdict(decoded)
      }),
      { seed: 9, numRuns: 300 }
    )
  })
})
