import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { ServiceState, TICK_MS } from '@torusmesh/health'
import { openEnvelope, Subject } from '@torusmesh/protocol'
import type { VerifiedStatement } from '../../src/inbound/inbound.ts'
import { type HealthPayload, openHealthPayload } from '../../src/runtime/payloads.ts'
import { Reporter, type ServiceFigure } from '../../src/runtime/reporter.ts'
import type { Watched } from '../../src/runtime/watch-list.ts'
import type { Watcher } from '../../src/runtime/watcher.ts'
import { fakeContext, fakeLink } from './support/node-fakes.ts'
import { report, seal } from './support/statements.ts'
import { fullWorld } from './support/world.ts'

const world = fullWorld([4, 4, 4])
/** Next to cell 0 on 4×4×4. */
const NEAR = 1
const FAR = 42

function reporterOf(linkedTo: readonly number[], isWired = true) {
  const links = linkedTo.map(cell => fakeLink(world.members[cell]!))
  const fake = fakeContext({ world, links })
  const state = { isWired, services: [] as ServiceFigure[], recounted: [] as Watched[] }
  const watcher = {
    incarnation: 5,
    recount: (watched: Watched) => state.recounted.push(watched)
  } as unknown as Watcher
  const reporter = new Reporter(fake.context, {
    watcher,
    resources: () => ({ cpuPermille: 100, rssMb: 90, diskFreeMb: 5_000, loopLagMs: 1 }),
    services: () => state.services,
    ledgerHead: () => ({ size: 3, root: new Uint8Array(32) }),
    ...{ software: new Uint8Array(32), specVersion: 1, startedMs: 0 },
    isWired: () => state.isWired,
    jitterMs: () => 0
  })
  /** Lets ticks pass; returns when reports left. */
  const run = async (fromMs: number, toMs: number): Promise<number[]> => {
    const times: number[] = []
    for (let nowMs = fromMs; nowMs < toMs; nowMs += TICK_MS) {
      const before = reporter.sent
      fake.clock.monotonicNowMs = nowMs
      mock.timers.tick(TICK_MS)
      await fake.idle()
      if (reporter.sent > before) times.push(nowMs)
    }
    return times
  }
  reporter.start()
  return { fake, state, reporter, run, links }
}

describe('reporter', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }))
  afterEach(() => mock.timers.reset())

  it('reports when its links are open, then each ten seconds', async () => {
    const { run, fake, reporter } = reporterOf([NEAR])
    const times = await run(0, 25_000)
    reporter.stop()
    assert.deepEqual(times, [0, 10_000, 20_000])
    assert.deepEqual(
      fake.published.map(({ cell }) => cell),
      [0, 0, 0]
    )
    assert.deepEqual(
      fake.journal.map(({ value }) => value),
      fake.published.map(({ envelope }) => envelope)
    )
  })

  it('names those who watch it, not those at the end of a long link', async () => {
    const { run, fake, reporter } = reporterOf([NEAR, FAR])
    await run(0, TICK_MS)
    reporter.stop()
    const { network, env, clock } = fake.context
    const where = { network, env, subject: Subject.health, nowMs: clock.wallMs() }
    const opened = openEnvelope(fake.published[0]!.envelope, where)
    assert.ok(opened.ok)
    const payload = openHealthPayload(opened.envelope.payload)
    assert.ok(payload.ok)
    const { report: said } = payload.value
    assert.equal(Buffer.from(said!.watchers).toString('hex'), world.members[NEAR]!.shortId)
    assert.equal(said!.incarnation, 5)
  })

  it('has nothing to say while nobody watches', async () => {
    const { run, reporter } = reporterOf([FAR])
    assert.deepEqual(await run(0, 15_000), [])
    reporter.stop()
  })

  it('waits for its links, but not for ever', async () => {
    const late = reporterOf([NEAR], false)
    assert.deepEqual(await late.run(0, 12_000), [10_000])
    late.reporter.stop()
    const soon = reporterOf([NEAR], false)
    assert.deepEqual(await soon.run(0, 1_000), [])
    soon.state.isWired = true
    assert.deepEqual(await soon.run(1_000, 2_000), [1_000])
    soon.reporter.stop()
  })

  it('says soon that a service fell, once the change lasts', async () => {
    const { run, state, reporter } = reporterOf([NEAR])
    await run(0, 3_000)
    state.services = [{ name: 'db', state: ServiceState.down }]
    const times = await run(3_000, 6_000)
    reporter.stop()
    assert.equal(times.length, 1)
    assert.ok(times[0]! < 4_000)
  })

  it('keeps the latest report of those it watches, as they said it', () => {
    const { fake, state, reporter } = reporterOf([NEAR])
    reporter.stop()
    const payload = report([world.members[0]!], 8)
    const received = (from: number): VerifiedStatement<HealthPayload> => {
      const sender = world.actors[from]!
      const bytes = seal(sender, { payload })
      const { network, env, clock } = fake.context
      const nowMs = clock.wallMs()
      const opened = openEnvelope(bytes, { network, env, subject: Subject.health, nowMs })
      assert.ok(opened.ok)
      return { envelope: opened.envelope, bytes, sender: sender.member, payload: {} }
    }
    const watched = fake.context.watchList.add(world.members[NEAR]!)!
    const statement = received(NEAR)
    reporter.received(statement)
    reporter.received(received(FAR))
    assert.equal(reporter.receivedCount, 2)
    assert.deepEqual(state.recounted, [watched])
    assert.deepEqual(watched.held!.watchers, [world.members[0]!.shortId])
    assert.deepEqual(Buffer.from(watched.held!.envelope), Buffer.from(statement.bytes))
    assert.equal(watched.held!.report.incarnation, 8)
  })
})
