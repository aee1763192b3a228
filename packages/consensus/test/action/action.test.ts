import assert from 'node:assert/strict'
import { ball, createTorus } from '@torusmesh/torus'
import {
  ActionCertificate,
  type ActionContext,
  ActionKind,
  type Approval,
  approvalStatement,
  centreOf,
  checkMotion,
  classOf,
  decodeActionClaim,
  EMERGENCY_MAX_MS,
  type Epoch,
  electorateOf,
  encodeActionClaim,
  type Motion,
  motionDigest,
  nextScope,
  placeValidators,
  Scope,
  type Seating,
  seatsOf,
  tally,
  verifyApprovalEvidence
} from '../../src/index.ts'
import { epochOf, equals, signAs, verifierOf } from '../harness/keys.ts'

const torus = createTorus()
const epoch = epochOf(equals(512))
const verify = verifierOf(epoch)
const beacon = 'be'.repeat(32)
const state = '57'.repeat(32)

const parameter: Motion = {
  id: '1d'.repeat(32),
  kind: ActionKind.setParameter,
  action: 'ac'.repeat(32),
  policyVersion: 1,
  preState: state,
  createdMs: 1_000,
  notAfterMs: 61_000,
  untilMs: null
}
const emergency: Motion = { ...parameter, kind: ActionKind.halt, untilMs: 1_000 + EMERGENCY_MAX_MS }
const seating: Seating = {
  epoch,
  torus,
  seats: seatsOf(epoch, torus, beacon),
  beacon,
  owner: null,
  convicted: new Set()
}
const context: ActionContext = {
  policyVersion: 1,
  stateRoot: state,
  nowMs: 2_000,
  seating,
  operatorAgrees: false
}

function sign(motion: Motion, validator: number, approves = true, set: Epoch = epoch): Approval {
  const signature = signAs(validator, approvalStatement(set, motion, approves))
  return { motion, approves, validator, signature }
}

/** Validators of the ball that a parameter is asked in, the nearest first. */
function neighbours(radius: number): number[] {
  const cells = placeValidators(epoch, torus, beacon)
  const near = ball(torus, centreOf(parameter.action, beacon, torus), radius)
  return near.map(cell => cells.indexOf(cell))
}

function verdict(
  motion: Motion,
  scope: Scope,
  validators: readonly number[],
  change: Partial<ActionContext> = {}
): string {
  const approvals = validators.map(validator => sign(motion, validator))
  const checked = ActionCertificate.verify(
    { motion, scope, approvals },
    { ...context, ...change },
    verify
  )
  return checked.ok ? 'allowed' : checked.fault
}

describe('action classes', () => {
  it('follow from what is done', () => {
    assert.deepEqual(Object.values(ActionKind).map(classOf), [
      'A',
      'A',
      'B',
      'C',
      'D',
      'D',
      'E',
      'E',
      'E',
      'D',
      'D',
      'D',
      'E',
      'E'
    ])
  })

  const all = [...epoch.validators.keys()]
  for (const [desc, motion, scope, voters, expected] of [
    ['A needs nobody', { ...parameter, kind: ActionKind.revokeOwnKey }, Scope.all, [], 'allowed'],
    ['C: 17 of the 25 cells around', parameter, Scope.near, neighbours(2).slice(0, 17), 'allowed'],
    ['C: not 16', parameter, Scope.near, neighbours(2).slice(0, 16), 'too-little-approval'],
    ['C: no stranger', parameter, Scope.near, neighbours(3).slice(-17), 'too-little-approval'],
    [
      'C: nobody twice',
      parameter,
      Scope.near,
      new Array(17).fill(neighbours(2)[0]),
      'too-little-approval'
    ],
    ['C: 43 of 63 when asked wider', parameter, Scope.wide, neighbours(3).slice(0, 43), 'allowed'],
    ['C: not 42', parameter, Scope.wide, neighbours(3).slice(0, 42), 'too-little-approval'],
    ['C: 342 of all at last', parameter, Scope.all, all.slice(0, 342), 'allowed'],
    [
      'D: 342 of 512',
      { ...parameter, kind: ActionKind.revokeKey },
      Scope.all,
      all.slice(0, 342),
      'allowed'
    ],
    [
      'D: not 341',
      { ...parameter, kind: ActionKind.changeValidators },
      Scope.all,
      all.slice(0, 341),
      'too-little-approval'
    ],
    [
      'D: no ball',
      { ...parameter, kind: ActionKind.revokeKey },
      Scope.near,
      neighbours(2),
      'wrong-scope'
    ],
    ['E: three quarters', emergency, Scope.all, all.slice(0, 384), 'allowed'],
    ['E: not one less', emergency, Scope.all, all.slice(0, 383), 'too-little-approval']
  ] as const) {
    it(desc, () => assert.equal(verdict(motion, scope, voters), expected))
  }

  it('B needs the owner and nobody else', () => {
    const own = { ...parameter, kind: ActionKind.changeOwn }
    const owned = { seating: { ...seating, owner: 7 } }
    assert.equal(verdict(own, Scope.all, [7], owned), 'allowed')
    assert.equal(verdict(own, Scope.all, [8], owned), 'too-little-approval')
    assert.equal(verdict(own, Scope.all, [7]), 'empty-electorate')
  })

  it('D and E need the operator where no fault is tolerated', () => {
    const three = epochOf(equals(3))
    const small = { ...seating, epoch: three }
    const motion = { ...parameter, kind: ActionKind.revokeKey }
    const approvals = [0, 1, 2].map(validator => sign(motion, validator, true, three))
    const ask = (operatorAgrees: boolean): unknown =>
      ActionCertificate.verify(
        { motion, scope: Scope.all, approvals },
        { ...context, seating: small, operatorAgrees },
        verifierOf(three)
      )
    assert.deepEqual(ask(false), { ok: false, fault: 'operator-needed' })
    assert.equal((ask(true) as { ok: boolean }).ok, true)
  })

  it('weigh by power among all, by cell in a ball', () => {
    const heavy = epochOf([4, ...equals(511)])
    const motion = { ...parameter, kind: ActionKind.revokeKey }
    const among = electorateOf(motion, Scope.all, { ...seating, epoch: heavy })
    assert.ok(among.ok)
    assert.deepEqual([among.value.total, among.value.powers.get(0)], [515, 4])
    const near = electorateOf(parameter, Scope.near, { ...seating, epoch: heavy })
    assert.ok(near.ok)
    assert.deepEqual([...new Set(near.value.powers.values())], [1])
  })
})

describe('motions', () => {
  for (const [desc, change, around, expected] of [
    ['holds', {}, {}, null],
    ['is void in another state', {}, { stateRoot: beacon }, 'wrong-state'],
    ['is void under another policy', {}, { policyVersion: 2 }, 'wrong-policy'],
    ['expires', {}, { nowMs: 61_001 }, 'expired'],
    ['counts to its last moment', {}, { nowMs: 61_000 }, null],
    ['does not count early', {}, { nowMs: 999 }, 'not-yet'],
    ['ends after it begins', { notAfterMs: 1_000 }, {}, 'bad-times'],
    ['does not collect for ever', { notAfterMs: 1e12 }, {}, 'bad-times']
  ] as const) {
    it(desc, () => {
      const checked = checkMotion({ ...parameter, ...change }, { ...context, ...around })
      assert.equal(checked.ok ? null : checked.fault, expected)
    })
  }

  it('of an emergency end by themselves within a day', () => {
    for (const [untilMs, fault] of [
      [null, 'lasts-too-long'],
      [1_001 + EMERGENCY_MAX_MS, 'lasts-too-long'],
      [1_000, 'lasts-too-long'],
      [1_999, 'expired'],
      [1_000 + EMERGENCY_MAX_MS, null]
    ] as const) {
      const checked = checkMotion({ ...emergency, untilMs }, context)
      assert.equal(checked.ok ? null : checked.fault, fault)
    }
  })

  it('are signed whole: any other word is another digest', () => {
    const digests = Object.entries({
      id: state,
      kind: ActionKind.halt,
      action: state,
      policyVersion: 2,
      preState: beacon,
      createdMs: 1,
      notAfterMs: 2,
      untilMs: 3
    }).map(([name, value]) => motionDigest({ ...parameter, [name]: value }))
    assert.equal(new Set([...digests, motionDigest(parameter)]).size, 9)
  })
})

describe('electorate', () => {
  it('that is empty, or has less power than it needs, is named', () => {
    const none = { ...seating, seats: new Map<number, number>() }
    assert.deepEqual(electorateOf(parameter, Scope.near, none), {
      ok: false,
      fault: 'empty-electorate'
    })
    const seats = new Map(
      [...seating.seats].filter(([, validator]) => neighbours(2).indexOf(validator) < 16)
    )
    const few = electorateOf(parameter, Scope.near, { ...seating, seats })
    assert.deepEqual(few, { ok: false, fault: 'unsatisfiable-electorate' })
    assert.deepEqual([Scope.near, Scope.wide, Scope.all].map(nextScope), [
      Scope.wide,
      Scope.all,
      null
    ])
  })

  it('has no voice for who is proven to have contradicted itself', () => {
    const convicted = new Set(neighbours(2).slice(0, 1))
    const voters = neighbours(2).slice(0, 17)
    const without = { seating: { ...seating, convicted } }
    assert.equal(verdict(parameter, Scope.near, voters, without), 'too-little-approval')
  })
})

describe('tally', () => {
  const electorate = electorateOf(parameter, Scope.near, seating)
  assert.ok(electorate.ok)
  const voters = neighbours(2)
  const count = (approvals: readonly Approval[]) =>
    tally(epoch, electorate.value, parameter, approvals, verify)

  it('counts who says two different things for none, in any order, and shows it', () => {
    const liar = voters[0]!
    const other = { ...parameter, notAfterMs: 60_000 }
    for (const second of [sign(parameter, liar, false), sign(other, liar)]) {
      const words = [...voters.slice(0, 17).map(validator => sign(parameter, validator)), second]
      for (const heard of [words, words.toReversed()]) {
        const { state: found, approvedPower, evidence } = count(heard)
        assert.deepEqual([found, approvedPower, evidence.length], ['open', 16, 1])
        assert.deepEqual(verifyApprovalEvidence(epoch, evidence[0]!, verify), {
          ok: true,
          value: liar
        })
      }
    }
  })

  it('is not moved by repeats, strangers or bad signatures', () => {
    const one = sign(parameter, voters[0]!)
    const forged = { ...sign(parameter, voters[1]!), signature: one.signature }
    const stranger = sign(parameter, neighbours(3).at(-1)!)
    const { approvedPower, evidence } = count([one, one, forged, stranger])
    assert.deepEqual([approvedPower, evidence.length], [1, 0])
  })

  it('is blocked once what is left is too little: nine of 25', () => {
    const refusals = voters.slice(0, 9).map(validator => sign(parameter, validator, false))
    assert.equal(count(refusals.slice(1)).state, 'open')
    assert.equal(count(refusals).state, 'blocked')
  })

  it('never convicts who said one thing', () => {
    const a = sign(parameter, voters[0]!)
    const forged = { ...sign(parameter, voters[0]!, false), signature: a.signature }
    const fault = (b: Approval): unknown => verifyApprovalEvidence(epoch, { a, b }, verify)
    assert.deepEqual(fault(a), { ok: false, fault: 'no-contradiction' })
    assert.deepEqual(fault(sign(parameter, voters[1]!, false)), {
      ok: false,
      fault: 'no-contradiction'
    })
    assert.deepEqual(fault(forged), { ok: false, fault: 'bad-signature' })
  })
})

describe('action claim', () => {
  it('survives its encoding; anything else is malformed', () => {
    const approvals = neighbours(2).map(validator => sign(parameter, validator))
    const claim = {
      motion: parameter,
      scope: Scope.near,
      approvals: approvals.map(({ validator, signature }) => ({ validator, signature }))
    }
    const bytes = encodeActionClaim(claim)
    assert.deepEqual(decodeActionClaim(bytes), claim)
    for (let length = 0; length < bytes.length; length += 11) {
      assert.equal(decodeActionClaim(bytes.subarray(0, length)), null)
    }
  })
})
