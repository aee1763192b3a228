import assert from 'node:assert/strict'
import {
  churn,
  clusterFailure,
  eclipse,
  healthDetection,
  partitionHeal
} from '../../src/health/index.ts'
import type { Mark } from '../../src/health/marks.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { type Change, play } from './play.ts'

const loss = { model: 'uniform', permille: 50 } as const
const near = { notices: false }
const starved = {
  kind: 'slow',
  sharePermille: 200,
  atMs: 5_000,
  forMs: 20_000,
  factorPermille: 10_000
} as const
const frozen = {
  kind: 'pause',
  sharePermille: 200,
  atMs: 5_000,
  overMs: 1_000,
  forMs: 20_000
} as const

const detect = (change: Change): ReturnType<typeof play> =>
  play(healthDetection, {
    durationMs: 40_000,
    ...change,
    parameters: { ...near, ...change.parameters }
  })

describe('health scenarios with their defaults', () => {
  const seen: readonly (readonly [Scenario, readonly Mark[]])[] = [
    [
      healthDetection,
      ['doubted', 'refuted', 'stalled', 'probeAnswered', 'dialAnswered', 'recounted']
    ],
    [clusterFailure, ['calledDown', 'doubted', 'noticePublished']],
    [partitionHeal, ['reminded', 'refuted', 'calledDown', 'cleared']],
    [eclipse, ['lied', 'withheld', 'noticeRejected', 'refuted']],
    [churn, ['restarted', 'calledDown', 'cleared', 'noticePublished']]
  ]
  for (const [scenario, marks] of seen) {
    it(`${scenario.name}: no violation with 5 seeds, and what matters is reached`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const { violations, sometimes, measures } = await play(scenario, { seed })
        assert.deepEqual(violations, [], `seed ${seed}`)
        assert.equal(measures['verdictsDropped'], 0)
        for (const mark of marks) assert.ok(sometimes[mark]! > 0, `${mark}, seed ${seed}`)
      }
    })
  }
})

describe('health detection: nobody is removed wrongly', () => {
  for (const transport of ['datagram', 'stream'] as const) {
    const network = { loss, transport }

    for (const dials of [true, false]) {
      it(`with 5 % loss (${transport}), a fifth starved, ${dials ? '' : 'no '}dials`, async () => {
        const parameters = { dials, spareAfflicted: true }
        const { violations } = await detect({ network, parameters, faults: [starved] })
        assert.deepEqual(violations, [])
      })
    }

    it(`with 5 % loss (${transport}), a fifth frozen for 20 s, when probes dial`, async () => {
      const parameters = { spareAfflicted: true }
      const { violations } = await detect({ network, parameters, faults: [frozen] })
      assert.deepEqual(violations, [])
    })

    it(`with 5 % loss (${transport}), but the frozen without dials, until they wake`, async () => {
      const { violations, measures } = await detect({
        network,
        parameters: { dials: false },
        faults: [frozen],
        durationMs: 45_000
      })
      assert.deepEqual(violations, [])
      assert.ok(measures['falseRemovalsAfflicted']! > 50)
    })

    it(`with 5 % loss (${transport}) and a fifth deaf for 20 s`, async () => {
      const deaf = { kind: 'deaf', sharePermille: 200, atMs: 5_000, forMs: 20_000 } as const
      const { violations } = await detect({ network, faults: [deaf], durationMs: 45_000 })
      assert.deepEqual(violations, [])
    })
  }
})

describe('health detection: the dead are found', () => {
  const crash = { kind: 'crash', count: 12, atMs: 5_000, overMs: 10_000 } as const

  it('within a tick and a flood by all who watch, when their connections close', async () => {
    const { measures } = await detect({ faults: [{ ...crash, mode: 'closed' }] })
    assert.equal(measures['missed'], 0)
    assert.ok(measures['detections']! >= 60 && measures['detectionMaxMs']! <= 300)
  })

  for (const [preset, p99] of [
    ['local', 4_250],
    ['rack', 3_000]
  ] as const) {
    it(`in silence: accused within 2 s, down within ${p99} ms (${preset})`, async () => {
      const network = { loss: { model: 'none' } } as const
      const { measures } = await detect({ network, parameters: { preset }, faults: [crash] })
      assert.equal(measures['missed'], 0)
      assert.ok(measures['accusationMaxMs']! <= 2_000)
      assert.ok(measures['detectionP99Ms']! <= p99)
    })
  }

  it('over slow links with 5 % loss', async () => {
    const latency = { model: 'lognormal', medianMs: 60, sigmaPermille: 500 } as const
    const { measures, violations } = await detect({
      network: { latency, loss },
      parameters: { preset: 'wan' },
      faults: [crash]
    })
    assert.deepEqual(violations, [])
    assert.ok(measures['detectionP99Ms']! <= 5_000)
  })

  it('by notices everywhere, within a second of the watchers', async () => {
    const { measures } = await play(healthDetection, { durationMs: 30_000, faults: [crash] })
    assert.ok(measures['knownP99Ms']! <= measures['detectionP99Ms']! + 1_000)
  })
})

describe('health world: a run', () => {
  it('repeats exactly from its seed, and differs from another', async () => {
    const runs = [1, 1, 2].map(seed => play(healthDetection, { seed, durationMs: 20_000 }))
    const [a, b, c] = await Promise.all(runs)
    assert.deepEqual(a, { ...b, outcome: { ...b!.outcome, wallMs: a!.outcome.wallMs } })
    assert.notEqual(a!.outcome.auditHash, c!.outcome.auditHash)
  })

  it('is the same with one and two workers', async () => {
    const change = {
      nodes: 4_096,
      durationMs: 8_000,
      faults: [{ kind: 'crash', count: 12, atMs: 1_000 }]
    } as const
    const [one, two] = [
      await play(healthDetection, change),
      await play(healthDetection, { ...change, workers: 2 })
    ]
    assert.equal(two.outcome.workers, 2)
    assert.equal(two.outcome.auditHash, one.outcome.auditHash)
    assert.deepEqual(
      [two.measures, two.violations, two.tables],
      [one.measures, one.violations, one.tables]
    )
  })

  it('sends as much a node in a mesh of 4,096 as in one of 512, in at most 2 kB each', async () => {
    const runs = [512, 4_096].map(nodes => detect({ nodes, durationMs: 5_000, faults: [] }))
    const [small, large] = await Promise.all(runs)
    const traffic = ({ measures }: Awaited<(typeof runs)[0]>): number =>
      measures['messagesPerNodePerSecond']!
    assert.ok(Math.abs(traffic(small!) - traffic(large!)) <= 0.05)
    assert.ok(large!.outcome.bytes / 4_096 <= 2_000)
  })

  it('refuses bandwidth, which it cannot honour', async () => {
    const bandwidth = [{ sharePermille: 1_000, upKbps: 1_000, downKbps: 1_000 }]
    await assert.rejects(detect({ network: { bandwidth } }), { code: 'bad-setting' })
  })
})
