import assert from 'node:assert/strict'
import { mock } from 'node:test'
import type { HealthReport } from '@torusmesh/protocol'
import { type RejectCode, Subject } from '@torusmesh/protocol'
import type { Member } from '../../src/overlay/directory.ts'
import type { Watched } from '../../src/runtime/watch-list.ts'
import { type FakeContext, fakeContext } from './support/node-fakes.ts'
import {
  accusation,
  down,
  forgedTwin,
  left,
  refutation,
  report,
  returned,
  seal
} from './support/statements.ts'
import { told } from './support/told.ts'
import { type Actor, fullWorld, NOW_MS, type World, worldOf } from './support/world.ts'

const FROM = '12D3KooWrelay'
/** Of the accused; its neighbours on 2×2×2 are 3, 5 and 6. */
const ACCUSED = 7
const WATCHERS = [3, 5, 6]
const INCARNATION = 4

interface NoticeCase {
  readonly desc: string
  /** Positions of those who accuse. */
  readonly accusers?: readonly number[]
  readonly accusation?: (accuser: Actor, world: World) => Uint8Array
  readonly report?: (world: World) => Uint8Array
  readonly before?: (world: World) => void
  readonly code: RejectCode | 'accepted'
}

const ofAccused = (world: World, incarnation = INCARNATION): Uint8Array =>
  accusation(world.members[ACCUSED]!, incarnation)
const watchersIn = (world: World): Member[] => WATCHERS.map(at => world.members[at]!)
const ownReport = (world: World): Uint8Array =>
  seal(world.actors[ACCUSED]!, { payload: report(watchersIn(world), INCARNATION) })

const cases: NoticeCase[] = [
  { desc: 'all its watchers accuse it', accusers: WATCHERS, code: 'accepted' },
  { desc: 'two thirds of its watchers accuse it', accusers: [3, 5], code: 'accepted' },
  { desc: 'too few accuse it', accusers: [3], code: 'no-quorum' },
  { desc: 'nobody accuses it', accusers: [], code: 'malformed' },
  { desc: 'one accuser speaks twice', accusers: [3, 3], code: 'no-quorum' },
  { desc: 'an accuser is not among its watchers', accusers: [3, 1], code: 'not-watcher' },
  {
    desc: 'an accusation is of somebody else',
    accusation: ({ member }, world) =>
      member.cell === 5 ? accusation(world.members[4]!, INCARNATION) : ofAccused(world),
    code: 'wrong-payload'
  },
  {
    desc: 'an inner signature is forged',
    accusation: (accuser, world) => {
      const sealed = seal(accuser, { payload: ofAccused(world) })
      return accuser.member.cell === 5 ? forgedTwin(sealed) : sealed
    },
    code: 'bad-signature'
  },
  {
    desc: "the report's signature is forged",
    report: world => forgedTwin(ownReport(world)),
    code: 'bad-signature'
  },
  {
    desc: 'the accusations are of an incarnation before the report',
    accusation: (_accuser, world) => ofAccused(world, INCARNATION - 1),
    code: 'wrong-payload'
  },
  {
    desc: 'something else stands where the report should',
    report: world => seal(world.actors[ACCUSED]!, { payload: refutation(INCARNATION) }),
    code: 'wrong-payload'
  },
  {
    desc: 'something else stands where an accusation should',
    accusation: () => refutation(INCARNATION),
    code: 'wrong-payload'
  },
  {
    desc: 'an accusation had expired when the notice was made',
    accusation: (accuser, world) =>
      seal(accuser, { issuedMs: NOW_MS - 9, expiresMs: NOW_MS, payload: ofAccused(world) }),
    code: 'expired'
  },
  {
    desc: 'the watchers that remain are a quorum when the others are down',
    accusers: [3],
    before: ({ directory, members }) => {
      directory.setStanding(members[5]!.key, 'down', 1)
      directory.setStanding(members[6]!.key, 'left', 1)
    },
    code: 'accepted'
  }
]

/** Puts a notice together and lets it arrive by gossip. */
function noticeOf(world: World, given: Partial<NoticeCase>): Uint8Array {
  const { accusers = WATCHERS, accusation: accuse } = given
  const accusations = accusers.map(at => {
    const accuser = world.actors[at]!
    const made = accuse?.(accuser, world) ?? ofAccused(world)
    // Payloads are short; what is longer is sealed already.
    return made.length > 150 ? made : seal(accuser, { payload: made })
  })
  const reported = given.report?.(world) ?? ownReport(world)
  return seal(world.actors[3]!, {
    subject: Subject.digest,
    payload: down(reported, accusations)
  })
}

function receiver(world: World) {
  const fake = fakeContext({ world })
  const { statements, notices, tidings, calls } = told(fake)
  const arrive = async (bytes: Uint8Array): Promise<void> => {
    await statements.gossiped(Subject.digest, undefined, bytes, FROM)
    await fake.idle()
  }
  return { fake, notices, tidings, calls, arrive }
}

const eventsOf = ({ journal }: FakeContext): string[] => journal.map(({ type }) => type)

describe('down notice', () => {
  for (const given of cases) {
    it(`${given.desc}: ${given.code}`, async () => {
      const world = fullWorld([2, 2, 2])
      given.before?.(world)
      const { fake, tidings, calls, arrive } = receiver(world)
      await arrive(noticeOf(world, given))
      const { key } = world.members[ACCUSED]!
      if (given.code === 'accepted') {
        assert.deepEqual(fake.rejected, [])
        assert.deepEqual(fake.standings, [{ key, standing: 'down' }])
        assert.equal(world.directory.incarnation(key), INCARNATION)
        assert.equal(tidings.of(key)?.isDown, true)
        assert.equal(fake.journal.length, 2)
        assert.deepEqual(
          calls.map(({ part }) => part),
          ['proven']
        )
      } else {
        assert.deepEqual(
          fake.rejected.map(({ code }) => code),
          [given.code]
        )
        assert.deepEqual([fake.journal, fake.standings, tidings.of(key)], [[], [], undefined])
      }
      assert.deepEqual(fake.failures, [])
    })
  }

  it('a second proof of the same changes nothing', async () => {
    const world = fullWorld([2, 2, 2])
    const { fake, arrive } = receiver(world)
    await arrive(noticeOf(world, {}))
    await arrive(noticeOf(world, { accusers: [3, 5] }))
    assert.equal(fake.standings.length, 1)
    assert.deepEqual(
      fake.rejected.map(({ code }) => code),
      ['redundant']
    )
  })

  it('about this node itself is answered, not believed', async () => {
    const world = worldOf([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7], ACCUSED)
    const { fake, calls, arrive } = receiver(world)
    await arrive(noticeOf(world, {}))
    assert.deepEqual(
      calls.map(({ part }) => part),
      ['self down']
    )
    assert.equal(world.directory.standing(world.members[ACCUSED]!.key), 'alive')
    assert.deepEqual(fake.standings, [])
  })

  it('who is down comes back under a higher incarnation only', async () => {
    const world = fullWorld([2, 2, 2])
    const { fake, tidings, arrive } = receiver(world)
    const accused = world.actors[ACCUSED]!
    const says = (payload: Uint8Array) =>
      arrive(seal(accused, { subject: Subject.digest, payload }))
    await arrive(noticeOf(world, {}))
    await says(returned(INCARNATION))
    assert.equal(world.directory.standing(accused.member.key), 'down')
    await says(returned(INCARNATION + 1))
    assert.equal(world.directory.standing(accused.member.key), 'alive')
    assert.equal(tidings.of(accused.member.key)?.isDown, false)
    await says(left(INCARNATION))
    assert.equal(world.directory.standing(accused.member.key), 'alive')
    await says(left(INCARNATION + 1))
    assert.deepEqual(
      fake.standings.map(({ standing }) => standing),
      ['down', 'alive', 'left']
    )
    assert.deepEqual(eventsOf(fake).length, 4 + 4)
  })
})

describe('publishing a notice', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }))
  afterEach(() => mock.timers.reset())

  /** A watcher that holds the proof, and the time it publishes it at. */
  async function publishedAt(self: number, accusers: readonly number[]): Promise<number[]> {
    const world = worldOf([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7], self)
    const fake = fakeContext({ world })
    const { notices } = told(fake)
    const accused = world.members[ACCUSED]!
    const watched: Watched = {
      ...{ member: accused, slot: 0 },
      held: {
        envelope: ownReport(world),
        report: {} as HealthReport,
        receivedMs: NOW_MS,
        watchers: watchersIn(world).map(({ shortId }) => shortId)
      },
      accusations: new Map(
        accusers.map(at => [
          world.members[at]!.key,
          {
            envelope: seal(world.actors[at]!, { payload: ofAccused(world) }),
            incarnation: INCARNATION
          }
        ])
      )
    }
    notices.start()
    notices.schedule(watched, INCARNATION)
    const times: number[] = []
    for (let nowMs = 0; nowMs <= 40_000; nowMs += 50) {
      fake.clock.monotonicNowMs = nowMs
      mock.timers.tick(50)
      await fake.idle()
      while (times.length < fake.published.length) times.push(nowMs)
    }
    notices.stop()
    assert.deepEqual(fake.failures, [])
    return times
  }

  it('falls to one watcher after the other, the same order for all', async () => {
    const times: number[][] = []
    for (const self of WATCHERS) times.push(await publishedAt(self, WATCHERS))
    assert.deepEqual(
      times.flat().sort((a, b) => a - b),
      [0, 2_000, 4_000]
    )
  })

  it('waits for a quorum and gives up without one', async () => {
    assert.deepEqual(await publishedAt(3, [3]), [])
  })

  it('leaves out who no longer watches by the latest report: nobody would take the notice', async () => {
    assert.deepEqual(await publishedAt(3, [0, 1, 2, 3]), [])
  })

  for (const knew of [false, true]) {
    it(`is left to others once their notice came${knew ? ', to one that knew before too' : ''}`, async () => {
      const world = worldOf([2, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7], 3)
      const { fake, notices, tidings, arrive } = receiver(world)
      const accused = world.members[ACCUSED]!
      const watched = {
        member: accused,
        held: { watchers: [] as string[], envelope: ownReport(world) },
        accusations: new Map([
          ['anybody', { envelope: Uint8Array.of(1), incarnation: INCARNATION }]
        ])
      } as unknown as Watched
      notices.start()
      if (knew) {
        world.directory.setStanding(accused.key, 'down', INCARNATION)
        notices.schedule(watched, INCARNATION)
      }
      await arrive(noticeOf(world, {}))
      if (!knew) notices.schedule(watched, INCARNATION)
      mock.timers.tick(5_000)
      await fake.idle()
      notices.stop()
      assert.deepEqual(fake.published, [])
      assert.equal(tidings.of(accused.key)?.isDown, true)
    })
  }
})
