import assert from 'node:assert/strict'
import { type Block, Kind, type Message, NO_DIGEST, type Vote } from '../../src/index.ts'
import { epochOf, equals } from '../harness/keys.ts'
import { Random } from '../harness/random.ts'
import {
  type BlockSpec,
  blockOf,
  claimOf,
  followerOf,
  proposalOf,
  Scripted,
  voteOf
} from '../harness/scripted.ts'

const epoch = epochOf(equals(7))
const self = followerOf(epoch)
const faulty = [0, 1, 2, 3, 4, 5, 6].filter(validator => validator !== self).slice(0, 2)
const VOTED = [Kind.notarize, Kind.nullify, Kind.finalize, Kind.closing, Kind.opening] as const

/** Anything two of seven can send: signed by them or by nobody, about any view and block. */
function noise(random: Random, blocks: Block[]): Message {
  const view = random.chance(700) ? 1 + random.below(3) : random.next()
  const kind = random.pick(VOTED)
  const digest = kind === Kind.nullify ? NO_DIGEST : random.pick(blocks).digest
  const at = kind >= Kind.closing ? 0 : view
  const forge = <T extends { signature: Uint8Array }>(signed: T): T =>
    random.chance(200) ? { ...signed, signature: new Uint8Array(random.below(20)) } : signed
  switch (random.below(6)) {
    case 0: {
      const spec: BlockSpec = { view, items: [Uint8Array.of(random.below(256))] }
      const block = blockOf(epoch, random.chance(300) ? { ...spec, nextPlan: digest } : spec)
      blocks.push(block)
      const isTheirs = faulty.includes(epoch.leader(view))
      const signature = isTheirs ? null : new Uint8Array(8)
      return signature ? { type: 'proposal', block, signature } : proposalOf(epoch, block)
    }
    case 1:
      return { type: 'certificate', claim: claimOf(epoch, faulty, kind, at, digest) }
    case 2:
      return { type: 'blocks', epochId: epoch.id, blocks: [random.pick(blocks)] }
    case 3:
      return { type: 'want-blocks', epochId: epoch.id, digest, aboveView: random.below(3) }
    case 4:
      return { type: 'want-certificates', epochId: epoch.id, fromView: random.next() }
    default: {
      const validator = random.chance(900) ? random.pick(faulty) : random.next()
      const vote: Vote = forge(voteOf(epoch, random.pick(faulty), kind, at, digest))
      return { type: 'vote', vote: random.chance(900) ? vote : { ...vote, validator } }
    }
  }
}

describe('flood', () => {
  for (const seed of [1, 2, 3]) {
    it(`of 3,000 messages from two of seven is held and survived (seed ${seed})`, () => {
      const random = new Random(seed)
      const blocks = [blockOf(epoch, { view: 1, items: [Uint8Array.of(0, seed)] })]
      const node = new Scripted(epoch, self)
      let said = 0
      for (let step = 0; step < 3_000; step++) {
        node.hear(noise(random, blocks))
        if (random.chance(50)) node.expire()
        said += node.take(['sign']).length
      }
      const { view, slots, chain } = node.engine['state']
      // Two of seven can certify nothing: the node stays, and holds its view and the next.
      assert.equal(view, 1)
      assert.ok(slots.size <= 2 && chain.wanted.size === 0)
      assert.ok(said <= 2)
    })
  }

  it('of items is cut at what a node keeps for its own proposals', () => {
    const node = new Scripted(epoch, self)
    for (let item = 0; item < 300; item++)
      node.give({ type: 'submit', item: Uint8Array.of(1, item, item >> 8) })
    node.give({ type: 'submit', item: new Uint8Array(5 * 2 ** 20) })
    assert.equal(node.engine['state'].pending.size, 256)
  })
})
