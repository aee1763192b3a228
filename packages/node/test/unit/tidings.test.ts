import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { TIDINGS_MS } from '@torusmesh/health'
import { Subject, TIDINGS_MAX } from '@torusmesh/protocol'
import type { Member } from '../../src/overlay/directory.ts'
import { Refutations } from '../../src/runtime/refutations.ts'
import { type FakeContext, type FakeLink, fakeContext, fakeLink } from './support/node-fakes.ts'
import { accusation, down, left, report, returned, seal } from './support/statements.ts'
import { type Told, told } from './support/told.ts'
import { NOW_MS, type World, worldOf } from './support/world.ts'

const CELLS = [0, 1, 2, 3, 4, 5, 6, 7]
/** Its neighbours on 2×2×2 are 3, 5 and 6. */
const SUBJECT = 7
const WATCHERS = [3, 5, 6]
const DOWN_AS = 4
const HOUR_MS = 3_600_000

interface Peer extends Told {
  readonly world: World
  readonly fake: FakeContext
  readonly links: readonly FakeLink[]
  gossip(envelope: Uint8Array): Promise<void>
}

/** A node with links to others, by their positions. */
function peerAt(self: number, others: readonly number[]): Peer {
  const world = worldOf([2, 2, 2], CELLS, self)
  const links = others.map(at => fakeLink(world.members[at]!))
  const fake = fakeContext({ world, links })
  const parts = told(fake)
  const gossip = async (envelope: Uint8Array): Promise<void> => {
    await parts.statements.gossiped(Subject.digest, undefined, envelope, '12D3KooWrelay')
    await fake.idle()
  }
  return { ...parts, world, fake, links, gossip }
}

/** Carries what two nodes send each other, until both are silent. @returns how many frames that were */
async function exchange(a: Peer, b: Peer): Promise<number> {
  let frames = 0
  const linkTo = (from: Peer, to: Peer): FakeLink => {
    const { key } = to.world.directory.self
    return from.links.find(({ link }) => link.member.key === key)!
  }
  const deliver = async (from: Peer, to: Peer): Promise<number> => {
    const sent = linkTo(from, to).sent.splice(0)
    const { link } = linkTo(to, from)
    for (const { notice, tidings } of sent) {
      if (notice != null) await to.statements.notice(link, notice)
      if (tidings != null) to.tidings.received(link, tidings)
    }
    await to.fake.idle()
    return sent.length
  }
  for (let moved = 1; moved > 0; frames += moved) {
    assert.ok(frames < 20, 'they go on for ever')
    moved = (await deliver(a, b)) + (await deliver(b, a))
  }
  return frames
}

function noticeIn({ actors, members }: World, incarnation = DOWN_AS): Uint8Array {
  const watchers = WATCHERS.map(at => members[at]!)
  const own = seal(actors[SUBJECT]!, { payload: report(watchers, incarnation) })
  const accused = members[SUBJECT]!
  const accusations = WATCHERS.map(at =>
    seal(actors[at]!, { payload: accusation(accused, incarnation) })
  )
  return seal(actors[3]!, {
    ...{ subject: Subject.digest, expiresMs: NOW_MS + HOUR_MS },
    payload: down(own, accusations)
  })
}

const returnIn = ({ actors }: World, incarnation = DOWN_AS + 1): Uint8Array =>
  seal(actors[SUBJECT]!, {
    ...{ subject: Subject.digest, expiresMs: NOW_MS + HOUR_MS },
    payload: returned(incarnation)
  })

const standing = ({ world }: Peer): string => world.directory.standing(world.members[SUBJECT]!.key)
const subjectIn = ({ members }: World): Member => members[SUBJECT]!

describe('tidings', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval', 'setTimeout'] }))
  afterEach(() => mock.timers.reset())

  /** One that missed the return of the subject, and one that heard of both. */
  async function believerAndKnower(): Promise<[Peer, Peer]> {
    const [believer, knower] = [peerAt(0, [1, 2]), peerAt(1, [0])]
    const notice = noticeIn(believer.world)
    await believer.gossip(notice)
    await knower.gossip(notice)
    await knower.gossip(returnIn(knower.world))
    assert.deepEqual([standing(believer), standing(knower)], ['down', 'alive'])
    return [believer, knower]
  }

  for (const side of ['who believes it', 'who knows better'] as const) {
    it(`mend a missed return when it is the turn of ${side}`, async () => {
      const [believer, knower] = await believerAndKnower()
      const teller = side === 'who believes it' ? believer : knower
      teller.tidings.start()
      mock.timers.tick(TIDINGS_MS)
      await exchange(believer, knower)
      assert.equal(standing(believer), 'alive')
      teller.tidings.stop()
    })
  }

  it('mend it when a link opens', async () => {
    const [believer, knower] = await believerAndKnower()
    believer.tidings.linkOpened(believer.links[0]!.link)
    knower.tidings.linkOpened(knower.links[0]!.link)
    await exchange(believer, knower)
    assert.equal(standing(believer), 'alive')
  })

  it('mend it though later statements of the member have come', async () => {
    const [believer, knower] = await believerAndKnower()
    const { actors } = believer.world
    await believer.gossip(
      seal(actors[SUBJECT]!, { subject: Subject.digest, payload: left(DOWN_AS - 1) })
    )
    believer.tidings.linkOpened(believer.links[0]!.link)
    await exchange(believer, knower)
    assert.equal(standing(believer), 'alive')
  })

  it('answer a stale notice with the return', async () => {
    const [believer, knower] = await believerAndKnower()
    believer.tidings.show(believer.links[0]!.link, subjectIn(believer.world).key)
    await exchange(believer, knower)
    assert.deepEqual([standing(believer), standing(knower)], ['alive', 'alive'])
  })

  it('bring a missed notice, too, and pass on to other links what was news', async () => {
    const [late, knower] = [peerAt(0, [1, 2]), peerAt(1, [0])]
    await knower.gossip(noticeIn(knower.world))
    late.tidings.linkOpened(late.links[0]!.link)
    await exchange(late, knower)
    assert.equal(standing(late), 'down')
    assert.equal(late.links[1]!.sent.length, 0)
    mock.timers.tick(250)
    assert.equal(late.links[1]!.sent[0]?.tidings?.ranks?.length, 1)
  })

  it('of equal memories are one frame a period, and of empty ones none', async () => {
    const [a, b] = [peerAt(0, [1]), peerAt(1, [0])]
    a.tidings.start()
    mock.timers.tick(TIDINGS_MS)
    assert.equal(await exchange(a, b), 0)
    const notice = noticeIn(a.world)
    await a.gossip(notice)
    await b.gossip(notice)
    mock.timers.tick(TIDINGS_MS)
    assert.equal(await exchange(a, b), 1)
    a.tidings.stop()
  })

  it('go to one link after the other', async () => {
    const peer = peerAt(0, [1, 2, 4])
    await peer.gossip(noticeIn(peer.world))
    peer.tidings.start()
    mock.timers.tick(4 * TIDINGS_MS)
    assert.deepEqual(
      peer.links.map(({ sent }) => sent.length),
      [2, 1, 1]
    )
    peer.tidings.stop()
  })

  it('are not told once they have expired', async () => {
    const [believer, knower] = await believerAndKnower()
    knower.fake.clock.wallNowMs = NOW_MS + HOUR_MS
    believer.tidings.linkOpened(believer.links[0]!.link)
    assert.equal(await exchange(believer, knower), 1)
    assert.equal(knower.tidings.of(subjectIn(knower.world).key), undefined)
  })

  it('tell a member that it counts as down, which then says that it is back', async () => {
    const [believer, subject] = [peerAt(3, [SUBJECT]), peerAt(SUBJECT, [3])]
    await believer.gossip(noticeIn(believer.world))
    believer.tidings.linkOpened(believer.links[0]!.link)
    await exchange(believer, subject)
    assert.deepEqual(
      subject.calls.map(({ part }) => part),
      ['self down']
    )
    const refutations = new Refutations(subject.fake.context, subject.tidings)
    refutations.declaredDown(DOWN_AS, DOWN_AS + 1)
    await subject.fake.idle()
    assert.equal(subject.fake.published.length, 1)
    believer.tidings.linkOpened(believer.links[0]!.link)
    await exchange(believer, subject)
    assert.equal(standing(believer), 'alive')
  })

  it('of a notice without a quorum are answered over links alone', async () => {
    const [other, subject] = [peerAt(3, [SUBJECT]), peerAt(SUBJECT, [3])]
    const { world } = subject
    const accusations = [seal(world.actors[3]!, { payload: accusation(subjectIn(world), DOWN_AS) })]
    const watchers = WATCHERS.map(at => world.members[at]!)
    const own = seal(world.actors[SUBJECT]!, { payload: report(watchers, DOWN_AS) })
    const unproven = seal(world.actors[3]!, {
      subject: Subject.digest,
      payload: down(own, accusations)
    })
    await subject.statements.notice(subject.links[0]!.link, unproven)
    await subject.fake.idle()
    assert.deepEqual(
      subject.calls.map(({ part }) => part),
      ['self accused']
    )
    const refutations = new Refutations(subject.fake.context, subject.tidings)
    refutations.refuteNearby(DOWN_AS + 1)
    refutations.refuteNearby(DOWN_AS + 1)
    await subject.fake.idle()
    assert.deepEqual(subject.fake.published, [])
    mock.timers.tick(250)
    await exchange(other, subject)
    assert.equal(other.tidings.of(subjectIn(world).key)?.incarnation, DOWN_AS + 1)
  })

  it('remind a member that some neighbours hear, and others far away hold for down', async () => {
    const [neighbour, far] = [peerAt(3, [SUBJECT, 0]), peerAt(0, [3])]
    const notice = noticeIn(far.world)
    await neighbour.gossip(notice)
    await far.gossip(notice)
    const { key } = subjectIn(neighbour.world)
    neighbour.world.directory.setStanding(key, 'alive', DOWN_AS + 1)
    far.tidings.linkOpened(far.links[0]!.link)
    await exchange(far, neighbour)
    assert.deepEqual(
      neighbour.links[0]!.sent.map(frame => Buffer.from(frame.notice ?? [])),
      [Buffer.from(notice)]
    )
  })

  it('are bounded: so many are kept, a link brings so many, and so many lists', async () => {
    const peer = peerAt(0, [1])
    const [{ link, sent }] = peer.links as [FakeLink]
    const member = subjectIn(peer.world)
    for (let n = 0; n <= TIDINGS_MAX; n++) {
      peer.tidings.keep({
        ...{ member: { ...member, key: `${n}`, shortId: `${n}`.padStart(16, '0') } },
        ...{ incarnation: 1, isDown: false, envelope: Uint8Array.of(1), expiresMs: NOW_MS + 1 }
      })
    }
    assert.deepEqual([peer.tidings.of('0'), peer.tidings.of('1')?.incarnation], [undefined, 1])
    assert.ok(Array.from({ length: TIDINGS_MAX }, () => peer.tidings.admits(link)).every(Boolean))
    assert.equal(peer.tidings.admits(link), false)
    await peer.statements.notice(link, noticeIn(peer.world))
    assert.deepEqual(
      peer.fake.rejected.map(({ code }) => code),
      ['queue-full']
    )
    const empty = { members: new Uint8Array(), ranks: [], answer: false }
    for (let n = 0; n < 100; n++) peer.tidings.received(link, empty)
    assert.equal(sent.length, 32 * TIDINGS_MAX)
  })
})
