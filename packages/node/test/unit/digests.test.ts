import assert from 'node:assert/strict'
import { mock } from 'node:test'
import { NodeStatus } from '@torusmesh/health'
import { openEnvelope, Subject } from '@torusmesh/protocol'
import { CellSurvey } from '../../src/runtime/cell-survey.ts'
import { Digests } from '../../src/runtime/digests.ts'
import { openDigestPayload } from '../../src/runtime/payloads.ts'
import { fakeContext, fakeLink } from './support/node-fakes.ts'
import { NETWORK, worldOf } from './support/world.ts'

/** In the cell of the node itself: member 0, which looks at it, and members 1 and 2. */
const CELLS = [0, 0, 0, 1]
const REGULARLY_MS = 3_600_000

interface Step {
  readonly atMs: number
  readonly member: number
  readonly standing: 'down' | 'alive'
}

/** When member 0 sealed digests of its cell, and with how many down, before its first regular one at 10 s. */
async function sealed(steps: readonly Step[]): Promise<[atMs: number, down: number][]> {
  const world = worldOf([2, 2, 2], CELLS)
  const witness = fakeLink(world.members[3]!)
  const fake = fakeContext({ world, links: [witness] })
  const { directory, members } = world
  const survey = new CellSurvey({
    ...{ directory, watchList: fake.context.watchList },
    status: () => NodeStatus.healthy
  })
  // Which of the cell's members signs is not what is looked at here.
  survey.isSteward = () => true
  const digests = new Digests(fake.context, { renewMs: REGULARLY_MS, survey })
  const seals: [number, number][] = []
  digests.start()
  for (let nowMs = 100; nowMs < 10_000; nowMs += 100) {
    fake.clock.monotonicNowMs = nowMs
    for (const { member, standing } of steps.filter(({ atMs }) => atMs === nowMs)) {
      directory.setStanding(members[member]!.key, standing, nowMs)
    }
    mock.timers.tick(100)
    await fake.idle()
    for (const { digests } of witness.sent.splice(0)) {
      const opened = openEnvelope(digests!.digests![0]!.steward!, {
        ...{ network: NETWORK, env: fake.context.env, subject: Subject.digest },
        nowMs: fake.clock.wallNowMs
      })
      assert.ok(opened.ok)
      const payload = openDigestPayload(opened.envelope.payload, 8)
      assert.ok(payload.ok)
      seals.push([nowMs, payload.value.digest!.down])
    }
  }
  digests.stop()
  assert.deepEqual(fake.failures, [])
  return seals
}

describe('digests: a change of the own cell', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval', 'setTimeout'] }))
  afterEach(() => mock.timers.reset())

  const cases: readonly { desc: string; steps: Step[]; seals: [number, number][] }[] = [
    { desc: 'none is summed up', steps: [], seals: [] },
    {
      desc: 'one is summed up when it has stood for three seconds',
      steps: [{ atMs: 500, member: 1, standing: 'down' }],
      // Looked at each second, so first at 1,000.
      seals: [[4_000, 1]]
    },
    {
      desc: 'what dies together is told of together',
      steps: [
        { atMs: 500, member: 1, standing: 'down' },
        { atMs: 2_500, member: 2, standing: 'down' }
      ],
      seals: [[4_000, 2]]
    },
    {
      desc: 'one that is over sooner is not told of',
      steps: [
        { atMs: 500, member: 1, standing: 'down' },
        { atMs: 3_500, member: 1, standing: 'alive' }
      ],
      seals: []
    },
    {
      desc: 'one that comes again waits anew',
      steps: [
        { atMs: 500, member: 1, standing: 'down' },
        { atMs: 2_500, member: 1, standing: 'alive' },
        { atMs: 4_500, member: 1, standing: 'down' }
      ],
      seals: [[8_000, 1]]
    }
  ]
  for (const { desc, steps, seals } of cases) {
    it(desc, async () => {
      assert.deepEqual(await sealed(steps), seals)
    })
  }
})
