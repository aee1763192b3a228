import assert from 'node:assert/strict'
import {
  type Block,
  blame,
  Certificate,
  type CertificateClaim,
  type CertificateKind,
  checkJustification,
  Engine,
  type Evidence,
  encodeMessage,
  Kind,
  type Message,
  maySay,
  NO_DIGEST,
  nothingSaid,
  planRoot,
  ruleOf,
  type Vote,
  verifyEvidence
} from '../../src/index.ts'
import { epochOf, equals, verifierOf } from './keys.ts'
import { ENDS_EPOCH, portsOf } from './node.ts'
import { blockOf, claimOf, followerOf, proposalOf, Scripted, voteOf } from './scripted.ts'

/** A promise to keep, as a step test: it throws where the promise is broken. */
export interface Promised {
  readonly name: string
  run(): void
}

const epoch = epochOf(equals(4))
const all = [0, 1, 2, 3]
const self = followerOf(epoch)
const others = all.filter(validator => validator !== self)
const voting = ['sign', 'broadcast'] as const

function follower(): Scripted {
  return new Scripted(epoch, self)
}

function leader(): Scripted {
  return new Scripted(epoch, epoch.leader(1))
}

/** A node that knows a first block, notarized by all; it has finalized it unless told otherwise. */
function notarized(node: Scripted): Block {
  const block = blockOf(epoch, { view: 1 })
  node.hear(proposalOf(epoch, block)).hearVotes(others, Kind.notarize, 1, block.digest)
  return block
}

/** Bugs that others shipped (numbers of the list in the design's reference), each a promise here. */
export const PROMISES: readonly Promised[] = [
  {
    name: '1: a view given up is never finalized, not even after a restart',
    run() {
      const node = follower()
      node
        .give({ type: 'submit', item: Uint8Array.of(1, 1) })
        .expire()
        .expire()
        .expire()
      assert.deepEqual(node.take(['sign']), ['sign nullify 1'])
      node.restart()
      const block = blockOf(epoch, { view: 1 })
      node.hear(proposalOf(epoch, block)).hearClaim(Kind.notarize, 1, block.digest)
      assert.deepEqual(
        node.take(['sign']).filter(line => line !== 'sign notarize 1'),
        []
      )
    }
  },
  {
    name: '2: a block without items has no height, one with items has the next',
    run() {
      for (const [height, items] of [
        [1, []],
        [2, [Uint8Array.of(1)]],
        [null, [Uint8Array.of(1)]]
      ] as const) {
        const node = follower()
        node.hear(proposalOf(epoch, blockOf(epoch, { view: 1, height, items })))
        assert.deepEqual(node.take(['sign']), ['sign nullify 1'])
      }
    }
  },
  {
    name: '3: records of another epoch are refused',
    run() {
      const other = epochOf(equals(4), { number: 1 })
      const record: Message = { type: 'vote', vote: voteOf(other, self, Kind.nullify, 1) }
      const ports = portsOf(epoch, verifierOf(epoch))
      assert.throws(() => new Engine({ epoch, self, ports, records: [record] }), {
        code: 'foreign-record'
      })
    }
  },
  {
    name: '4: nothing unverified is kept',
    run() {
      const node = follower()
      const block = blockOf(epoch, { view: 1 })
      const garbage = new Uint8Array(8)
      for (const kind of [Kind.notarize, Kind.nullify, Kind.finalize] as const) {
        for (let view = 0; view < 50; view++) {
          const digest = kind === Kind.nullify ? NO_DIGEST : block.digest
          const vote = { ...voteOf(epoch, others[0]!, kind, view, digest), signature: garbage }
          const claim = { ...claimOf(epoch, all, kind, view, digest) }
          const signatures = claim.signatures.map(() => garbage)
          node.hear(
            { type: 'vote', vote },
            { type: 'certificate', claim: { ...claim, signatures } }
          )
        }
      }
      node.hear({ type: 'proposal', block, signature: garbage })
      node.hear({ type: 'blocks', epochId: epoch.id, blocks: [block] })
      assert.equal(node.engine['state'].slots.size, 0)
      assert.deepEqual(node.take(['persist', 'sign', 'send', 'broadcast']), [])
    }
  },
  {
    name: '5: a vote counts in its own epoch, of a validator of its set',
    run() {
      const larger = epochOf(equals(5))
      const node = follower()
      node.hear({ type: 'vote', vote: voteOf(larger, 1, Kind.nullify, 1) })
      const stranger = { ...voteOf(larger, 4, Kind.nullify, 1), epochId: epoch.id }
      node.hear({ type: 'vote', vote: stranger })
      assert.deepEqual(node.take(['reject']), ['reject foreign-epoch', 'reject not-member'])
    }
  },
  {
    name: '6: recovery is a fold that knows no order, and arms its timer',
    run() {
      const node = follower()
      const block = notarized(node)
      node.hear(
        proposalOf(
          epoch,
          blockOf(epoch, {
            view: 2,
            parent: block,
            parentClaim: claimOf(epoch, others, Kind.notarize, 1, block.digest)
          })
        )
      )
      const ports = portsOf(epoch, verifierOf(epoch))
      const stands = (records: readonly Message[]): unknown => {
        const engine = new Engine({ epoch, self, ports, records })
        const timers: unknown[] = []
        engine.handle({ type: 'start' }, 0, out => out.type === 'timer' && timers.push(out.atMs))
        const said = [...engine['state'].slots.values()].map(slot => [slot.view, slot.said])
        return [engine.status, said.sort(), timers]
      }
      const { records } = node
      assert.ok(records.length >= 5)
      const expected = stands(records)
      assert.deepEqual((expected as unknown[])[2], [100])
      for (let turn = 1; turn < records.length; turn++) {
        const turned = [...records.slice(turn), ...records.slice(0, turn)]
        assert.deepEqual(stands(turned), expected)
        assert.deepEqual(stands(turned.reverse()), expected)
      }
    }
  },
  {
    name: '7: nodes that left a view by different certificates accept each other',
    run() {
      const gaveUp = follower()
      gaveUp.hearClaim(Kind.nullify, 1)
      const block = blockOf(epoch, { view: 1 })
      const parentClaim = claimOf(epoch, others, Kind.notarize, 1, block.digest)
      gaveUp.hear(proposalOf(epoch, blockOf(epoch, { view: 2, parent: block, parentClaim })))
      assert.deepEqual(gaveUp.take(['send', 'sign']), ['send want-blocks'])
      gaveUp.hear({ type: 'blocks', epochId: epoch.id, blocks: [block] })
      assert.ok(gaveUp.take(['sign']).includes('sign notarize 2'))
      const went = follower()
      notarized(went)
      went.take([])
      const skipped = [claimOf(epoch, others, Kind.nullify, 1)]
      went.hear(proposalOf(epoch, blockOf(epoch, { view: 2, skipped })))
      assert.deepEqual(went.take(['sign']), ['sign notarize 2'])
    }
  },
  {
    name: '8: what is decided and where the engine stands are one batch',
    run() {
      const node = follower()
      const block = notarized(node)
      node.hearVotes(others, Kind.finalize, 1, block.digest)
      const decide = node.outputs.find(({ type }) => type === 'decide')
      assert.ok(decide?.type === 'decide')
      assert.equal(decide.floor.digest, block.digest)
      assert.equal(decide.floor.certificate, decide.certificate)
      node.records.length = 0
      node.restart({ floor: decide.floor })
      assert.deepEqual(node.engine.status.floor, decide.floor)
      assert.equal(node.engine.status.view, 2)
      node.hearVotes(others, Kind.finalize, 1, block.digest)
      assert.deepEqual(node.take(['decide', 'fork']), [])
    }
  },
  {
    name: '9: a damaged store is named, and an observer signs nothing',
    run() {
      const ports = portsOf(epoch, verifierOf(epoch))
      const claim = {
        ...claimOf(epoch, all, Kind.nullify, 1),
        signatures: all.map(() => new Uint8Array(8))
      }
      for (const record of [
        { type: 'certificate', claim },
        { type: 'vote', vote: voteOf(epoch, others[0]!, Kind.nullify, 1) },
        proposalOf(epoch, blockOf(epoch, { view: 1 })),
        { type: 'want-certificates', epochId: epoch.id, fromView: 1 }
      ] as const) {
        assert.throws(() => new Engine({ epoch, self, ports, records: [record] }), {
          code: 'bad-record'
        })
      }
      const observer = new Scripted(epoch, self, { self: null })
      const block = notarized(observer)
      observer.hearVotes([self], Kind.notarize, 1, block.digest)
      observer.hearVotes(all, Kind.finalize, 1, block.digest).expire().expire().expire()
      assert.deepEqual(observer.take(['sign', 'decide']), ['decide 1'])
    }
  },
  {
    name: '10: stored votes are sent again byte for byte, never signed again',
    run() {
      const node = follower()
      node
        .give({ type: 'submit', item: Uint8Array.of(1, 1) })
        .expire()
        .expire()
        .expire()
      const first = node.outputs.find(({ type }) => type === 'broadcast')
      node.restart()
      node.expire().expire().expire().expire()
      const again = node.outputs.findLast(({ type }) => type === 'broadcast')
      assert.ok(first?.type === 'broadcast' && again?.type === 'broadcast')
      assert.deepEqual(encodeMessage(again.message), encodeMessage(first.message))
      assert.deepEqual(node.take(['sign']), [])
    }
  },
  {
    name: '11: what is proposed is chosen once; nothing is sent before its record is durable',
    run() {
      const node = leader()
      node.isDiskHeld = true
      node.give({ type: 'submit', item: Uint8Array.of(1, 1) })
      assert.deepEqual(node.take(voting), ['sign propose 1'])
      node.isDiskHeld = false
      const bold = leader()
      bold.give({ type: 'submit', item: Uint8Array.of(1, 1) })
      assert.ok(bold.take(voting).includes('broadcast proposal 1'))
      bold.restart()
      bold.give({ type: 'submit', item: Uint8Array.of(1, 2) })
      assert.ok(!bold.take(['sign']).includes('sign propose 1'))
    }
  },
  {
    name: '12: a certificate needs more than two thirds of the power',
    run() {
      const weighted = epochOf([4, 1, 1, 1, 1])
      const verify = verifierOf(weighted)
      for (const [signers, fault] of [
        [[1, 2, 3, 4], 'too-little-power'],
        [[0, 1], 'too-little-power'],
        [[0, 1, 2], null]
      ] as const) {
        const checked = Certificate.verify(
          weighted,
          claimOf(weighted, signers, Kind.nullify, 1),
          verify
        )
        assert.equal(checked.ok ? null : checked.fault, fault)
      }
      const node = follower()
      node.hear({ type: 'certificate', claim: claimOf(epoch, [0, 1], Kind.nullify, 1) })
      assert.deepEqual(node.take(['reject']), ['reject bad-certificate'])
    }
  },
  {
    name: '13: contradictions are evidence and stop nobody',
    run() {
      const node = follower()
      const liar = others[0]!
      const [x, y] = [1, 2].map(item => blockOf(epoch, { view: 1, items: [Uint8Array.of(item)] }))
      const { leader: leads } = { leader: epoch.leader(1) }
      node.hear(proposalOf(epoch, x!), proposalOf(epoch, y!))
      node.hearVotes([liar], Kind.finalize, 1, x!.digest)
      node.hearVotes([liar], Kind.finalize, 1, y!.digest)
      node.hearVotes([liar], Kind.nullify, 1)
      const expected = liar === leads ? ['evidence E0'] : ['evidence E0', 'evidence E3']
      assert.deepEqual(node.take(['evidence']), expected)
      node.hearVotes(others, Kind.notarize, 1, x!.digest)
      node.hearClaim(Kind.finalize, 1, x!.digest)
      assert.deepEqual(node.take(['decide']), ['decide 1'])
    }
  },
  {
    name: '14: certificates, never clocks, advance views',
    run() {
      const node = follower()
      node.give({ type: 'submit', item: Uint8Array.of(1, 1) })
      for (let time = 0; time < 200; time++) node.expire()
      assert.equal(node.engine.status.view, 1)
      node.hearClaim(Kind.nullify, 7)
      assert.equal(node.engine.status.view, 8)
    }
  },
  {
    name: '15: idle costs nothing, and the same vote again next to nothing',
    run() {
      const node = follower()
      assert.deepEqual(node.take(['sign', 'broadcast', 'send', 'persist', 'timer']), [])
      node.hearClaim(Kind.nullify, 1)
      node.take([])
      const vote = voteOf(epoch, others[0]!, Kind.nullify, 1)
      for (let time = 0; time < 100; time++) node.hear({ type: 'vote', vote })
      const sent = node.take(['send', 'broadcast'])
      assert.deepEqual(sent, new Array(4).fill('send nullify certificate 1'))
    }
  },
  {
    name: 'whatever a node may say next can never convict it',
    run() {
      const [x, y] = ['1a'.repeat(32), '2b'.repeat(32)]
      const words = [Kind.propose, Kind.notarize, Kind.finalize].flatMap(kind => [
        voteOf(epoch, epoch.leader(1), kind, 1, x!),
        voteOf(epoch, epoch.leader(1), kind, 1, y!)
      ])
      words.push(voteOf(epoch, epoch.leader(1), Kind.nullify, 1))
      const convicts = (a: Vote, b: Vote): boolean =>
        (['E0', 'E1', 'E2', 'E3', 'E5'] as const).some(
          rule => verifyEvidence(epoch, { rule, a, b }, verifierOf(epoch)).ok
        )
      const search = (said: readonly Vote[]): void => {
        const facts = nothingSaid()
        for (const { kind, digest } of said) facts[kind] = digest
        for (const next of words) {
          if (!maySay(facts, next.kind, next.digest)) continue
          for (const before of said) assert.ok(!convicts(before, next))
          search([...said, next])
        }
      }
      search([])
      for (const a of words) {
        for (const b of words) assert.equal(ruleOf(a, b) !== null, convicts(a, b))
        const other = { ...a, validator: (a.validator + 1) % 4, digest: y! }
        assert.equal(ruleOf(a, other), null)
      }
    }
  },
  {
    name: 'a header shows its parent and every view it skips, or it is not justified',
    run() {
      const verify = verifierOf(epoch)
      const first = blockOf(epoch, { view: 1 })
      const notarization = claimOf(epoch, others, Kind.notarize, 1, first.digest)
      const skip = (view: number, signers = others) => claimOf(epoch, signers, Kind.nullify, view)
      const bad = claimOf(epoch, [0, 1], Kind.notarize, 1, first.digest)
      const stranger = blockOf(epoch, { view: 1, items: [Uint8Array.of(9)] })
      const onFirst = { parent: first, parentClaim: notarization }
      for (const [spec, fault] of [
        [{ view: 1 }, null],
        [{ view: 2 }, 'bad-views'],
        [{ view: 2, skipped: [skip(1)] }, null],
        [{ view: 2, skipped: [skip(2)] }, 'bad-skip'],
        [{ view: 2, skipped: [skip(1, [0, 1])] }, 'bad-skip'],
        [{ view: 2, ...onFirst }, null],
        [{ view: 3, ...onFirst }, 'bad-views'],
        [{ view: 3, ...onFirst, skipped: [skip(2)] }, null],
        [{ view: 2, parent: first }, 'bad-parent'],
        [{ view: 2, parent: first, parentClaim: bad }, 'bad-parent'],
        [{ view: 2, parent: stranger, parentClaim: notarization }, 'bad-parent'],
        [{ view: 2, parent: first, parentClaim: skip(1) }, 'bad-parent']
      ] as const) {
        const checked = checkJustification(blockOf(epoch, spec).header, epoch, claim =>
          Certificate.verify(epoch, claim, verify)
        )
        assert.equal(checked.ok ? null : checked.fault, fault)
      }
    }
  },
  {
    name: 'a vote for what is not justified convicts, whichever came first',
    run() {
      const block = blockOf(epoch, { view: 2 })
      for (const kind of [Kind.notarize, Kind.finalize]) {
        const vote: Message = {
          type: 'vote',
          vote: voteOf(epoch, others[0]!, kind, 2, block.digest)
        }
        for (const heard of [
          [vote, proposalOf(epoch, block)],
          [proposalOf(epoch, block), vote]
        ]) {
          const node = follower()
          node.hear(...heard)
          assert.deepEqual(node.take(['evidence']), ['evidence E4'])
          const convicted = blame(epoch, heard, verifierOf(epoch))
          assert.deepEqual([...convicted.keys()], [others[0]])
          const evidence = convicted.get(others[0]!) as Evidence
          assert.ok(verifyEvidence(epoch, evidence, verifierOf(epoch)).ok)
        }
      }
    }
  },
  {
    // What the model showed while E4 was about notarizations only: no rule about two votes is broken.
    name: 'a quorum that finalizes what it never notarized is named',
    run() {
      const [first, second] = [blockOf(epoch, { view: 1 }), blockOf(epoch, { view: 3 })]
      const fork = [first, second].flatMap(block => [
        proposalOf(epoch, block!),
        ...others.map((validator): Message => {
          const { view } = block!.header
          return {
            type: 'vote',
            vote: voteOf(epoch, validator, Kind.finalize, view, block!.digest)
          }
        })
      ])
      const convicted = blame(epoch, fork, verifierOf(epoch))
      assert.deepEqual([...convicted.keys()].sort(), others)
      for (const [validator, evidence] of convicted) {
        const checked = verifyEvidence(epoch, evidence, verifierOf(epoch))
        assert.deepEqual(checked, { ok: true, value: validator })
      }
    }
  },
  {
    name: 'a block that is not justified is never finalized, however it came',
    run() {
      for (const [skipped, said] of [
        [[], ['evidence E4', 'evidence E4', 'evidence E4']],
        [[claimOf(epoch, others, Kind.nullify, 1)], ['sign finalize 2']]
      ] as [CertificateClaim[], string[]][]) {
        const block = blockOf(epoch, { view: 2, skipped })
        const node = follower()
        const claim = claimOf(epoch, others, Kind.notarize, 2, block.digest)
        node.hear({ type: 'certificate', claim }).expire()
        node.take([])
        node.hear({ type: 'blocks', epochId: epoch.id, blocks: [block] })
        const heard = node.take(['sign', 'evidence']).filter(line => !line.endsWith('3'))
        assert.deepEqual(heard, said)
        node.restart()
        assert.deepEqual(node.take(['sign']), [])
      }
    }
  },
  {
    name: 'an undecided block keeps the clock running, and a decided one stops it',
    run() {
      const node = follower()
      const block = notarized(node)
      assert.equal(node.engine['state'].pacemaker.dueMs, 100)
      node.hearVotes(others, Kind.finalize, 1, block.digest)
      assert.equal(node.engine['state'].pacemaker.dueMs, null)
    }
  },
  {
    name: 'timeouts double with each view given up, to 64 times, and start anew after a decision',
    run() {
      const node = follower()
      const delays = Array.from({ length: 8 }, (_, at) => {
        node.hearClaim(Kind.nullify, at + 1)
        return node.engine['state'].pacemaker.delayMs
      })
      assert.deepEqual(delays, [200, 400, 800, 1_600, 3_200, 6_400, 6_400, 6_400])
      const skipped = [1, 2, 3, 4, 5, 6, 7, 8].map(view =>
        claimOf(epoch, others, Kind.nullify, view)
      )
      const block = blockOf(epoch, { view: 9, skipped })
      node.hear(proposalOf(epoch, block)).hearClaim(Kind.finalize, 9, block.digest)
      assert.equal(node.engine['state'].pacemaker.delayMs, 100)
    }
  },
  {
    name: 'a node that meets a vote of its own that it does not know signs no more',
    run() {
      const node = follower()
      node.hearVotes([self], Kind.nullify, 1)
      assert.deepEqual(node.take(['observe']), ['observe lost-state'])
      node
        .give({ type: 'submit', item: Uint8Array.of(1) })
        .expire()
        .expire()
        .expire()
      assert.deepEqual(node.take(['sign']), [])
    }
  },
  {
    name: 'only views around are open, and a certificate of any view leads on',
    run() {
      const node = follower()
      node.hearVotes([others[0]!], Kind.nullify, 2).hearVotes([others[0]!], Kind.nullify, 3)
      assert.deepEqual(node.take(['reject']), ['reject out-of-window'])
      for (const kind of [Kind.notarize, Kind.finalize, Kind.nullify] as CertificateKind[]) {
        const view = node.engine.status.view + 5
        node.hearClaim(kind, view, kind === Kind.nullify ? NO_DIGEST : '3c'.repeat(32))
        assert.equal(node.engine.status.view, view + 1)
      }
    }
  },
  {
    name: 'a node whose epoch is over signs nothing more in it, and shows its end to who is still there',
    run() {
      const node = new Scripted(epoch, self, {}, epoch)
      const items = [Uint8Array.of(ENDS_EPOCH)]
      const block = blockOf(epoch, { view: 1, items, nextPlan: planRoot(epoch) })
      node.hear(proposalOf(epoch, block)).hearVotes(others, Kind.notarize, 1, block.digest)
      node.hearVotes(others, Kind.finalize, 1, block.digest)
      assert.equal(node.take(['sign']).at(-1), 'sign closing 0')
      node.hearVotes([others[0]!, others[0]!], Kind.nullify, 2)
      assert.deepEqual(node.take(['send']), ['send finalize certificate 1'])
      node.expire().expire().expire()
      assert.deepEqual(node.take(['sign']), [])
    }
  }
]
