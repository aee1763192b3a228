import assert from 'node:assert/strict'
import { Probe, ProbeAnswer } from '@torusmesh/protocol'
import type { Beats } from '../../src/beat/beats.ts'
import type { Link } from '../../src/link/link.ts'
import { ProbeRelay } from '../../src/runtime/probe-relay.ts'
import { type FakeLink, fakeContext, fakeLink } from './support/node-fakes.ts'
import { fullWorld, type World, worldOf } from './support/world.ts'

const SIDES = [4, 4, 4]
const cells = Array.from({ length: 64 }, (_, cell) => cell)
const world = fullWorld(SIDES)

const relayOf = (at: number, links: FakeLink[]): ProbeRelay =>
  new ProbeRelay(fakeContext({ world: worldOf(SIDES, cells, at), links }).context)
const linksFrom = (to: World, ...at: number[]): FakeLink[] => at.map(n => fakeLink(to.members[n]!))
/** As they come out of a frame. */
const probeOf = (init: Probe.$Properties): Probe => Probe.decode(Probe.encode(init).finish())
const answerOf = (init: ProbeAnswer.$Properties): ProbeAnswer =>
  ProbeAnswer.decode(ProbeAnswer.encode(init).finish())
const onlyProbe = ({ sent }: FakeLink): Probe => {
  assert.equal(sent.length, 1)
  return sent[0]!.probe!
}

describe('probe relay', () => {
  it('asks over the link to the member, and around by the three nearest others', () => {
    const links = linksFrom(world, 1, 4, 5, 16, 20, 42)
    relayOf(0, links).ask(world.members[1]!)
    const asked = links.filter(({ sent }) => sent.length > 0).map(({ link }) => link.member.cell)
    assert.deepEqual(asked, [1, 4, 5, 16])
    assert.equal(onlyProbe(links[2]!).hops, 2)
  })

  it('answers a probe for itself with its incarnation', () => {
    const [asker] = linksFrom(world, 1)
    relayOf(0, [asker!]).asked(
      asker!.link,
      probeOf({ id: 7, member: world.members[0]!.id, hops: 2 }),
      99
    )
    assert.deepEqual({ ...asker!.sent[0]!.answer }, { id: 7, heard: true, incarnation: 99 })
  })

  it('tells beats lost from a probe that nobody passed on, and from no other', () => {
    const [asker] = linksFrom(world, 1) as [FakeLink]
    const { context } = fakeContext({ world, links: [asker] })
    const probed: Link[] = []
    const beats = { probed: (link: Link) => probed.push(link) } as unknown as Beats
    const relay = new ProbeRelay({ ...context, beats })
    const { id: member } = world.members[0]!
    relay.asked(asker.link, probeOf({ id: 1, member, hops: 1 }), 1)
    assert.deepEqual(probed, [])
    relay.asked(asker.link, probeOf({ id: 2, member, hops: 2 }), 1)
    assert.deepEqual(probed, [asker.link])
  })

  it('goes there and back over two relays', () => {
    const [first, second, target] = [5, 17, 1] as const
    const toFirst = linksFrom(world, first)[0]!
    const own = relayOf(0, [toFirst])
    own.ask(world.members[target]!)

    const [backToOwn, toSecond] = linksFrom(world, 0, second) as [FakeLink, FakeLink]
    const relay1 = relayOf(first, [toSecond, backToOwn])
    // The asker's own cell is as near to the member as the next relay's: it isn't asked back.
    relay1.asked(backToOwn.link, onlyProbe(toFirst), 1)
    assert.equal(backToOwn.sent.length, 0)

    const [backToFirst, toTarget] = linksFrom(world, first, target) as [FakeLink, FakeLink]
    const relay2 = relayOf(second, [backToFirst, toTarget])
    relay2.asked(backToFirst.link, onlyProbe(toSecond), 1)
    assert.equal(onlyProbe(toTarget).hops, 0)

    const [backToSecond] = linksFrom(world, second) as [FakeLink]
    relayOf(target, [backToSecond]).asked(backToSecond.link, onlyProbe(toTarget), 31)

    assert.equal(relay2.answered(answerOf(backToSecond.sent[0]!.answer!)), undefined)
    assert.equal(relay1.answered(answerOf(backToFirst.sent[0]!.answer!)), undefined)
    assert.deepEqual(own.answered(answerOf(backToOwn.sent[0]!.answer!)), {
      key: world.members[target]!.key,
      heard: true,
      incarnation: 31
    })
  })

  it('passes a probe with no hops left to nobody', () => {
    const [asker, other] = linksFrom(world, 1, 2) as [FakeLink, FakeLink]
    const probe = probeOf({ id: 1, member: world.members[3]!.id, hops: 0 })
    relayOf(0, [asker, other]).asked(asker.link, probe, 1)
    assert.deepEqual([asker.sent, other.sent], [[], []])
  })

  it('shortens a probe that claims more hops than there are', () => {
    const [asker, other] = linksFrom(world, 1, 2) as [FakeLink, FakeLink]
    const probe = probeOf({ id: 1, member: world.members[3]!.id, hops: 200 })
    relayOf(0, [asker, other]).asked(asker.link, probe, 1)
    assert.equal(onlyProbe(other).hops, 1)
  })

  it('an answer that nobody waits for, or a second one, means nothing', () => {
    const [way] = linksFrom(world, 5) as [FakeLink]
    const relay = relayOf(0, [way])
    relay.ask(world.members[1]!)
    const { id } = onlyProbe(way)
    const answer = answerOf({ id, heard: true, incarnation: 1 })
    assert.equal(relay.answered(answerOf({ ...answer, id: id + 1 })), undefined)
    assert.notEqual(relay.answered(answer), undefined)
    assert.equal(relay.answered(answer), undefined)
  })

  it('a flood of probes makes it forget the oldest, not grow', () => {
    const [asker, other] = linksFrom(world, 1, 2) as [FakeLink, FakeLink]
    const relay = relayOf(0, [asker, other])
    const { id: member } = world.members[3]!
    for (let id = 1; id <= 65; id++) relay.asked(asker.link, probeOf({ id, member, hops: 2 }), 1)
    const ids = other.sent.map(({ probe }) => probe!.id!)
    relay.answered(answerOf({ id: ids[0]!, heard: true, incarnation: 1 }))
    assert.equal(asker.sent.length, 0)
    relay.answered(answerOf({ id: ids[1]!, heard: true, incarnation: 1 }))
    assert.equal(asker.sent[0]!.answer!.id, 2)
  })

  it('a probe for nobody known is dropped', () => {
    const [asker, other] = linksFrom(world, 1, 2) as [FakeLink, FakeLink]
    const probe = probeOf({ id: 1, member: new Uint8Array(32), hops: 2 })
    relayOf(0, [asker, other]).asked(asker.link, probe, 1)
    assert.deepEqual([asker.sent, other.sent], [[], []])
  })
})
