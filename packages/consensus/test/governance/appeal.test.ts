import assert from 'node:assert/strict'
import {
  APPEAL_WITHIN_MS,
  APPEALS_MAX,
  APPEALS_PER_MEMBER_MAX,
  type AppealInput,
  type AppealOutput,
  Appeals,
  ENDED_MAX,
  type RefusalCode
} from '../../src/governance/index.ts'
import { digest, sha256 } from './support.ts'

class Court {
  readonly appeals = new Appeals(sha256)
  readonly outputs: AppealOutput[] = []
  now = 1_000

  send(input: AppealInput): RefusalCode | undefined {
    return this.appeals.handle(input, this.now, output => this.outputs.push(output))
  }

  submit(
    name: string,
    affected = 'me',
    grounds = 'I was up; see my heartbeats.'
  ): RefusalCode | undefined {
    const decision = { decision: digest(name), affected, decider: 'agent', atMs: 500 }
    return this.send({ kind: 'submit', decision, grounds })
  }

  /** The id of the appeal of that decision. */
  id(name: string): string {
    const step = this.outputs.find(
      it => it.kind === 'step' && it.appeal.decision.decision === digest(name)
    )
    return step?.kind === 'step' ? step.appeal.id : ''
  }

  review(name: string, reviewer = 'judge'): RefusalCode | undefined {
    return this.send({ kind: 'review', id: this.id(name), reviewer, text: 'Heard in 70 of 72.' })
  }

  resolve(
    name: string,
    outcome: 'upheld' | 'reversed',
    resolver = 'second'
  ): RefusalCode | undefined {
    const id = this.id(name)
    return this.send({ kind: 'resolve', id, resolver, outcome, reason: 'The rule was not met.' })
  }
}

describe('appeals', () => {
  it('go through submitted, reviewed, resolved, each a record, and can reverse', () => {
    const court = new Court()
    assert.equal(court.submit('d'), undefined)
    assert.equal(court.review('d'), undefined)
    assert.equal(court.resolve('d', 'reversed'), undefined)
    const said = court.outputs.map(it => (it.kind === 'step' ? it.appeal.stage : it.kind))
    assert.deepEqual(said, ['submitted', 'reviewed', 'resolved', 'reverse'])
    const appeal = court.appeals.get(court.id('d'))
    assert.equal(appeal?.finding?.reviewer, 'judge')
    assert.equal(appeal?.resolution?.resolver, 'second')
    assert.equal(appeal?.decision.decision, digest('d'))
    assert.deepEqual(court.appeals.open(), [])
  })

  it('reverse nothing when they are upheld', () => {
    const court = new Court()
    court.submit('d')
    court.review('d')
    court.resolve('d', 'upheld')
    assert.ok(court.outputs.every(it => it.kind === 'step'))
  })

  const refusals: ReadonlyArray<[string, RefusalCode, (court: Court) => RefusalCode | undefined]> =
    [
      ['a decision appealed twice', 'already-appealed', court => court.submit('d')],
      ['no grounds', 'bad-text', court => court.submit('e', 'me', '')],
      ['endless grounds', 'bad-text', court => court.submit('e', 'me', 'x'.repeat(5_000))],
      ['a resolution before a review', 'wrong-stage', court => court.resolve('d', 'upheld')],
      ['a review by who is affected', 'not-impartial', court => court.review('d', 'me')],
      ['a review by who decided', 'not-impartial', court => court.review('d', 'agent')],
      ['an unknown appeal', 'unknown-appeal', court => court.review('nothing')],
      ['a resolution of nothing', 'unknown-appeal', court => court.resolve('nothing', 'upheld')]
    ]
  for (const [desc, code, act] of refusals) {
    it(`refuse ${desc}`, () => {
      const court = new Court()
      court.submit('d')
      assert.equal(act(court), code)
    })
  }

  it('are reviewed once, and resolved by another than the reviewer, once', () => {
    const court = new Court()
    court.submit('d')
    court.review('d')
    assert.equal(court.review('d', 'third'), 'wrong-stage')
    assert.equal(court.resolve('d', 'reversed', 'judge'), 'not-impartial')
    assert.equal(court.resolve('d', 'reversed', 'me'), 'not-impartial')
    assert.equal(court.resolve('d', 'upheld'), undefined)
    assert.equal(court.resolve('d', 'reversed'), 'wrong-stage')
    assert.equal(court.submit('d'), 'already-appealed')
  })

  it('come within the time allowed, and not before the decision', () => {
    const court = new Court()
    court.now = 501 + APPEAL_WITHIN_MS
    assert.equal(court.submit('late'), 'not-appealable')
    court.now = 499
    assert.equal(court.submit('early'), 'not-appealable')
  })

  it('are bounded for each member and for all, resolved ones included', () => {
    const court = new Court()
    for (let i = 0; i < APPEALS_PER_MEMBER_MAX; i++) assert.equal(court.submit(`d${i}`), undefined)
    assert.equal(court.submit('one more'), 'too-many-appeals')
    for (let i = court.appeals.open().length; i < APPEALS_MAX; i++) court.submit(`x${i}`, `m${i}`)
    assert.equal(court.submit('from another', 'another'), 'too-many-appeals')
    for (let i = 0; i <= ENDED_MAX; i++) {
      const name = i < APPEALS_PER_MEMBER_MAX ? `d${i}` : `x${i}`
      if (i >= APPEALS_MAX) court.submit(name, 'last')
      court.review(name)
      court.resolve(name, 'upheld')
    }
    assert.equal(court.appeals.get(court.id('d0')), undefined)
    assert.ok(court.appeals.get(court.id('d1')) !== undefined)
  })
})
