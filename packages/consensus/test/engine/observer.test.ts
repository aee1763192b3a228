import assert from 'node:assert/strict'
import { Kind } from '../../src/index.ts'
import { epochOf, equals } from '../harness/keys.ts'
import { blockOf, followerOf, proposalOf, Scripted } from '../harness/scripted.ts'

describe('observer', () => {
  it('asks for a finalization it missed: nobody hears a vote of it to help it', () => {
    const epoch = epochOf(equals(4))
    const observer = new Scripted(epoch, followerOf(epoch), { self: null })
    const block = blockOf(epoch, { view: 1 })
    observer.hear(proposalOf(epoch, block)).hearClaim(Kind.notarize, 1, block.digest)
    observer.give({ type: 'submit', item: Uint8Array.of(1, 9) }).expire()
    const question = observer.outputs.find(({ type }) => type === 'send')
    assert.ok(question?.type === 'send' && question.message.type === 'want-certificates')
    assert.equal(question.message.fromView, 1)
    const answerer = new Scripted(epoch, followerOf(epoch))
    answerer.hear(proposalOf(epoch, block)).hearClaim(Kind.notarize, 1, block.digest)
    answerer.hearClaim(Kind.finalize, 1, block.digest)
    answerer.take([])
    answerer.give({ type: 'message', from: 1, message: question.message })
    const answer = answerer.outputs.find(({ type }) => type === 'send')
    assert.ok(answer?.type === 'send')
    assert.ok(answer.message.type === 'certificate')
    assert.equal(answer.message.claim.kind, Kind.finalize)
    observer.take([])
    observer.hear(answer.message)
    assert.deepEqual(observer.take(['decide']), ['decide 1'])
  })
})
