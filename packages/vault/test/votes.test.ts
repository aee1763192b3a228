import assert from 'node:assert/strict'
import * as consensus from '@torusmesh/consensus'
import { Kind, type Vote } from '@torusmesh/consensus'
import fc from 'fast-check'
import { VIEWS_KEPT } from '../src/limits.ts'
import { VOTE_KINDS } from '../src/signable.ts'
import { type GuardedVote, VoteMarks } from '../src/state/votes.ts'
import { convicts } from '../src/testing/index.ts'

const vote = fc.record({
  env: fc.constantFrom(0 as const, 1 as const),
  epochId: fc.constantFrom('e1', 'e2'),
  kind: fc.constantFrom(...Object.values(VOTE_KINDS)),
  view: fc.integer({ min: 1, max: 3 }),
  digest: fc.constantFrom('d1', 'd2')
})
const signature = Uint8Array.of(1)

function asVote({ epochId, kind, view, digest }: GuardedVote): Vote {
  const about = kind === 'nullify' ? consensus.NO_DIGEST : digest
  return { epochId, kind: Kind[kind], view, digest: about, validator: 0, signature }
}

function isRefused(marks: VoteMarks, asked: GuardedVote): boolean {
  try {
    marks.check(asked)
    return false
  } catch {
    return true
  }
}

describe('vote marks', () => {
  it('sign exactly what the evidence rules would not convict beside what was said', () => {
    fc.assert(
      fc.property(fc.array(vote, { maxLength: 40 }), asked => {
        const marks = new VoteMarks()
        const said: GuardedVote[] = []
        for (const one of asked.map(each => normal(each))) {
          const isConvicted = said.some(
            other => consensus.ruleOf(asVote(other), asVote(one)) !== null
          )
          // One kind says one thing of a view, also under another environment.
          const isOtherEnv = said.some(other => samePlace(other, one) && other.env !== one.env)
          assert.equal(isRefused(marks, one), isConvicted || isOtherEnv)
          if (isConvicted || isOtherEnv) continue
          marks.add(one, signature)
          said.push(one)
        }
      })
    )
  })

  it('agree with the judge of the trials', () => {
    fc.assert(
      fc.property(vote, vote, (a, b) => {
        const released = [normal(a), normal(b)].map(each => ({ ...each, signature: '' }))
        const isConvicted = consensus.ruleOf(asVote(normal(a)), asVote(normal(b))) !== null
        assert.equal(convicts(released[0]!, released[1]!), isConvicted)
      })
    )
  })

  it('give the same vote its signature again', () => {
    const marks = new VoteMarks()
    marks.add(at(5), signature)
    assert.equal(marks.check(at(5)), signature)
  })

  it('sign nothing in views that are too old, and keep the ceremony apart from views', () => {
    const marks = new VoteMarks()
    marks.add({ ...at(0), kind: 'opening' }, signature)
    marks.add(at(VIEWS_KEPT + 1), signature)
    assert.throws(() => marks.check(at(1)), { code: 'VOTE_TOO_OLD' })
    assert.equal(marks.check(at(2)), undefined)
    assert.equal(marks.check({ ...at(0), kind: 'closing' }), undefined)
  })

  it('close old epochs for good', () => {
    const marks = new VoteMarks()
    for (const epochId of ['a', 'b', 'c', 'd', 'e']) marks.add({ ...at(1), epochId }, signature)
    assert.throws(() => marks.check({ ...at(99), epochId: 'a' }), { code: 'VOTE_TOO_OLD' })
    assert.equal(marks.check({ ...at(99), epochId: 'b' }), undefined)
  })

  it('take back a vote whose signature was never made', () => {
    const marks = new VoteMarks()
    const making = Promise.resolve(signature)
    marks.add(at(1), making)
    marks.release(at(1), making)
    assert.equal(marks.check({ ...at(1), digest: 'd2' }), undefined)
  })
})

function at(view: number): GuardedVote {
  return { env: 0, epochId: 'e1', kind: 'notarize', view, digest: 'd1' }
}

/** A nullification is about no block. */
function normal(asked: GuardedVote): GuardedVote {
  return asked.kind === 'nullify' ? { ...asked, digest: consensus.NO_DIGEST } : asked
}

function samePlace(a: GuardedVote, b: GuardedVote): boolean {
  return a.epochId === b.epochId && a.view === b.view && a.kind === b.kind
}
