import assert from 'node:assert/strict'
import { Kind } from '../../src/index.ts'
import { epochOf, equals } from '../harness/keys.ts'
import { followerOf, Scripted } from '../harness/scripted.ts'

describe('ceremony', () => {
  it('is repeated in views that end before any word of theirs is', () => {
    const epoch = epochOf(equals(4))
    const node = new Scripted(epoch, followerOf(epoch), { opening: '0e'.repeat(32) })
    assert.deepEqual(node.take(['broadcast']), ['broadcast opening 0'])
    let repeated = 0
    for (let view = 1; view <= 3; view++) {
      node.nowMs += 100 * 2 ** view
      node.give({ type: 'timer' })
      node.hearClaim(Kind.nullify, view)
      const said = node.take(['broadcast'])
      repeated += said.filter(line => line === 'broadcast opening 0').length
    }
    assert.equal(repeated, 3)
  })
})
