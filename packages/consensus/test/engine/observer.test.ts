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
  it('with an item that no voter knows asks everybody once, and rests', () => {
    const epoch = epochOf(equals(4))
    const observer = new Scripted(epoch, followerOf(epoch), { self: null })
    for (let item = 1; item <= 2; item++) {
      observer.give({ type: 'submit', item: Uint8Array.of(1, item) })
      for (let time = 0; time < 20; time++) observer.expire()
      const questions = observer.outputs.filter(({ type }) => type === 'send')
      assert.deepEqual(
        questions.map(question => question.type === 'send' && question.to).sort(),
        [0, 1, 2, 3]
      )
      assert.equal(observer.outputs.findLast(({ type }) => type === 'timer')?.type, 'timer')
      assert.equal(observer.engine['state'].pacemaker.dueMs, null)
      observer.take([])
    }
  })
})

describe('a node that was away', () => {
  it('asks when a link comes up, another validator each time, and decides what it missed', () => {
    const epoch = epochOf(equals(4))
    const self = followerOf(epoch)
    const node = new Scripted(epoch, self)
    node.restart()
    assert.deepEqual(node.take(['send', 'timer']), [])
    node.give({ type: 'seek' }).give({ type: 'seek' })
    const questions = node.outputs.filter(({ type }) => type === 'send')
    assert.deepEqual(
      questions.map(question => question.type === 'send' && question.to),
      [(self + 1) % 4, (self + 2) % 4]
    )
    assert.deepEqual(node.take(['send', 'sign', 'timer']), [
      'send want-certificates',
      'send want-certificates'
    ])
    const block = blockOf(epoch, { view: 1 })
    node.hearClaim(Kind.finalize, 1, block.digest)
    assert.deepEqual(node.take(['send']), ['send want-blocks'])
    node.hear({ type: 'blocks', epochId: epoch.id, blocks: [block] })
    assert.deepEqual(node.take(['decide']), ['decide 1'])
  })
})
