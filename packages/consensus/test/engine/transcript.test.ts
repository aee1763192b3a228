import assert from 'node:assert/strict'
import { Kind } from '../../src/index.ts'
import { epochOf, equals } from '../harness/keys.ts'
import { blockOf, claimOf, followerOf, proposalOf, Scripted } from '../harness/scripted.ts'

const epoch = epochOf(equals(4))
const EVERYTHING = [
  'sign',
  'persist',
  'broadcast',
  'send',
  'timer',
  'decide',
  'evidence',
  'reject'
] as const

describe('transcript', () => {
  it('of a leader: proposes, notarizes, finalizes, decides, falls silent', () => {
    const self = epoch.leader(1)
    const others = [0, 1, 2, 3].filter(validator => validator !== self)
    const node = new Scripted(epoch, self)
    node.give({ type: 'submit', item: Uint8Array.of(1) })
    const { block } = node.outputs
      .flatMap(output => (output.type === 'broadcast' ? [output.message] : []))
      .find(message => message.type === 'proposal')!
    assert.deepEqual(node.take(EVERYTHING), [
      'sign propose 1',
      'timer 100',
      'persist proposal 1',
      'broadcast proposal 1',
      'persist block 1',
      'sign notarize 1',
      'persist notarize 1',
      'broadcast notarize 1'
    ])
    node.hearVotes(others.slice(0, 2), Kind.notarize, 1, block.digest)
    assert.deepEqual(node.take(EVERYTHING), [
      'persist notarize certificate 1',
      'sign finalize 1',
      'broadcast notarize certificate 1',
      'persist finalize 1',
      'broadcast finalize 1'
    ])
    node.hearVotes(others.slice(1), Kind.finalize, 1, block.digest)
    assert.deepEqual(node.take(EVERYTHING), [
      'persist finalize certificate 1',
      'broadcast finalize certificate 1',
      'decide 1',
      'timer null'
    ])
  })

  it('of a follower whose leader is silent: gives the view up, repeats, goes on with the others', () => {
    const self = followerOf(epoch)
    const others = [0, 1, 2, 3].filter(validator => validator !== self)
    const node = new Scripted(epoch, self)
    node
      .give({ type: 'submit', item: Uint8Array.of(1) })
      .expire()
      .expire()
      .expire()
      .expire()
    assert.deepEqual(node.take(EVERYTHING), [
      'timer 100',
      'timer 200',
      'sign nullify 1',
      'timer 300',
      'persist nullify 1',
      'broadcast nullify 1',
      'timer 400',
      'broadcast nullify 1',
      'timer 500'
    ])
    node.hearVotes(others.slice(0, 2), Kind.nullify, 1)
    assert.deepEqual(node.take(EVERYTHING), [
      'persist nullify certificate 1',
      'broadcast nullify certificate 1',
      'timer 600'
    ])
    const skipped = [claimOf(epoch, others, Kind.nullify, 1)]
    node.hear(proposalOf(epoch, blockOf(epoch, { view: 2, skipped })))
    assert.deepEqual(node.take(EVERYTHING), [
      'persist block 2',
      'sign notarize 2',
      'persist notarize 2',
      'broadcast notarize 2'
    ])
  })

  it('of a node that was away: hears of a decision, asks for its blocks, decides the same', () => {
    const self = followerOf(epoch)
    const all = [0, 1, 2, 3]
    const first = blockOf(epoch, { view: 1 })
    const parentClaim = claimOf(epoch, all, Kind.notarize, 1, first.digest)
    const second = blockOf(epoch, { view: 2, parent: first, parentClaim })
    const node = new Scripted(epoch, self)
    node.hearClaim(Kind.finalize, 2, second.digest)
    node.hear({ type: 'blocks', epochId: epoch.id, blocks: [second, first] })
    assert.deepEqual(node.take(EVERYTHING), [
      'persist finalize certificate 2',
      'send want-blocks',
      'timer 100',
      'persist block 2',
      'send want-blocks',
      'persist block 1',
      'decide 1 2',
      'timer null'
    ])
  })
})
