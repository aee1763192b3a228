import assert from 'node:assert/strict'
import { Kind, type Verify } from '../../src/index.ts'
import { epochOf, equals, verifierOf } from '../harness/keys.ts'
import { portsOf } from '../harness/node.ts'
import { blockOf, followerOf, proposalOf, Scripted, voteOf } from '../harness/scripted.ts'

const epoch = epochOf(equals(7))
const self = followerOf(epoch)
/** Five of seven are a quorum: the last of the others is late. */
const others = [...equals(7).keys()].filter(validator => validator !== self)
const late = others.at(-1)!
const block = blockOf(epoch, { view: 1 })
const other = blockOf(epoch, { view: 1, items: [Uint8Array.of(7)] })

/** A node that finalized a block which all but one notarized, and how much it verified since. */
function meet() {
  let verified = 0
  const check = verifierOf(epoch)
  const verify: Verify = (...word) => {
    verified++
    return check(...word)
  }
  const node = new Scripted(epoch, self, { ports: portsOf(epoch, verify) })
  node.hear(proposalOf(epoch, block))
  node.hearVotes(others.slice(0, -1), Kind.notarize, 1, block.digest)
  assert.equal(node.engine.status.view, 2)
  node.take([])
  verified = 0
  return { node, verified: () => verified }
}

describe('a vote for what is certain', () => {
  it('is not verified, and leads to nothing', () => {
    const { node, verified } = meet()
    node.hearVotes([late], Kind.notarize, 1, block.digest)
    assert.deepEqual(node.outputs, [])
    assert.equal(verified(), 0)
  })

  it('is verified when it contradicts what its validator said, or the certificate', () => {
    for (const [first, second, rule] of [
      [Kind.notarize, Kind.notarize, 'E1'],
      [Kind.notarize, Kind.finalize, 'E5']
    ] as const) {
      for (const isCertainFirst of [true, false]) {
        const { node, verified } = meet()
        const certain = voteOf(epoch, late, first, 1, block.digest)
        const contrary = voteOf(epoch, late, second, 1, other.digest)
        const votes = isCertainFirst ? [certain, contrary] : [contrary, certain]
        for (const vote of votes) node.hear({ type: 'vote', vote })
        assert.deepEqual(node.take(['evidence']), [`evidence ${rule}`])
        assert.equal(verified(), 2)
      }
    }
  })

  it('is verified when it comes again: its sender is stuck and gets the way out, others can’t take its place', () => {
    const { node, verified } = meet()
    const vote = voteOf(epoch, late, Kind.notarize, 1, block.digest)
    const forged = { ...vote, signature: new Uint8Array(8) }
    node.hear({ type: 'vote', vote: forged }, { type: 'vote', vote })
    assert.deepEqual(node.take(['send', 'reject']), ['send notarize certificate 1'])
    assert.equal(verified(), 1)
    node.hearVotes([late], Kind.finalize, 1, other.digest)
    assert.deepEqual(node.take(['evidence']), ['evidence E5'])
  })

  it('in my own name is verified: it may be a word that I lost', () => {
    const node = new Scripted(epoch, self)
    node.hearClaim(Kind.nullify, 1)
    node.hearVotes([self], Kind.nullify, 1)
    assert.deepEqual(node.take(['observe']), ['observe lost-state'])
  })
})
