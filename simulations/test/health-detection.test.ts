import assert from 'node:assert/strict'
import { detectorPresets } from '@torusmesh/health'
import {
  type HealthDetectionInit,
  type HealthDetectionResult,
  runHealthDetection
} from '../src/index.ts'

const SIDES = [8, 8, 8]
const run = (init: Partial<HealthDetectionInit>): HealthDetectionResult =>
  runHealthDetection({ sides: SIDES, seed: 1, durationMs: 30_000, ...init })

/** A fifth of the nodes gets too little CPU for 20 s. */
const starved = { starvedPermille: 200, starveMs: 20_000 } as const
const frozen = { ...starved, stallMinMs: 20_000, stallMaxMs: 20_000, durationMs: 40_000 } as const
const lossModels = ['drop', 'retransmit'] as const

describe('health detection, 512 nodes: nobody is removed wrongly', () => {
  for (const loss of lossModels) {
    const lossy = { loss, lossPermille: 50 } as const

    it(`with 5 % loss (${loss})`, () => {
      const { falseRemovals, falseRemovalsAfflicted } = run(lossy)
      assert.deepEqual([falseRemovals, falseRemovalsAfflicted], [0, 0])
    })

    for (const dials of [true, false]) {
      it(`with 5 % loss (${loss}) and stalls of 0.3 to 2.5 s, ${dials ? '' : 'no '}dials`, () => {
        const { falseRemovals, falseRemovalsAfflicted } = run({ ...lossy, ...starved, dials })
        assert.deepEqual([falseRemovals, falseRemovalsAfflicted], [0, 0])
      })
    }

    it(`with 5 % loss (${loss}) and stalls of 20 s, when probes dial`, () => {
      const { falseRemovals, falseRemovalsAfflicted } = run({ ...lossy, ...frozen })
      assert.deepEqual([falseRemovals, falseRemovalsAfflicted], [0, 0])
    })

    it(`with 5 % loss (${loss}) and stalls of 20 s without dials, but the frozen, until they wake`, () => {
      const result = run({ ...lossy, ...frozen, dials: false })
      assert.equal(result.falseRemovals, 0)
      assert.ok(result.falseRemovalsAfflicted > 50)
      assert.equal(result.notRevived, 0)
    })

    it(`with 5 % loss (${loss}) and a fifth of the nodes deaf for 20 s`, () => {
      const { falseRemovals, notRevived } = run({ ...lossy, starveMs: 20_000, deafPermille: 200 })
      assert.deepEqual([falseRemovals, notRevived], [0, 0])
    })
  }

  it('whereas a quorum that leaves no time to refute removes the starved', () => {
    const limits = { ...detectorPresets.local, refuteMs: 0 }
    const { falseRemovalsAfflicted } = run({ ...starved, limits, dials: false })
    assert.ok(falseRemovalsAfflicted > 50)
  })
})

describe('health detection, 512 nodes: the dead are found', () => {
  const kills = { kills: 12 } as const

  it('within a tick and a flood by all who watch, when their connections close', () => {
    const { detectionMs, missed } = run({ ...kills, killMode: 'closed' })
    assert.equal(missed, 0)
    assert.ok(detectionMs.samples >= 60 && detectionMs.max <= 300)
  })

  for (const [limits, p99] of [
    ['local', 4_250],
    ['rack', 3_000]
  ] as const) {
    it(`in silence: accused within 2 s, down within ${p99} ms (${limits})`, () => {
      const { detectionMs, accusationMs, missed } = run({ ...kills, limits })
      assert.equal(missed, 0)
      assert.ok(accusationMs.max <= 2_000)
      assert.ok(detectionMs.p99 <= p99)
    })
  }

  it('over slow links with 5 % loss', () => {
    const wan = { limits: 'wan', latencyMs: 60, lossPermille: 50 } as const
    const { detectionMs, missed, falseRemovals } = run({ ...kills, ...wan })
    assert.deepEqual([missed, falseRemovals], [0, 0])
    assert.ok(detectionMs.p99 <= 5_000)
  })

  it('among starved watchers too, if later', () => {
    const result = run({ ...kills, ...starved, lossPermille: 50, durationMs: 45_000 })
    assert.deepEqual(
      [result.missed, result.falseRemovals, result.falseRemovalsAfflicted],
      [0, 0, 0]
    )
  })
})

describe('health detection: a run', () => {
  const eventful = { ...starved, kills: 4, lossPermille: 50 } as const

  it('repeats exactly from its seed', () => {
    assert.deepEqual(run(eventful), run(eventful))
    assert.notEqual(run({ ...eventful, seed: 2 }).auditHash, run(eventful).auditHash)
  })

  it('sends as much a node in a mesh of 4,096 as in one of 512', () => {
    const traffic = (sides: readonly number[]): number =>
      run({ sides, durationMs: 10_000 }).messagesPerNodePerSecond
    const [small, large] = [traffic(SIDES), traffic([16, 16, 16])]
    assert.ok(Math.abs(small - large) <= 0.05, `${small} and ${large} messages a node a second`)
  })

  it('refuses settings the model cannot honour', () => {
    const bad: Partial<HealthDetectionInit>[] = [
      { kills: 513, durationMs: 60_000 },
      { kills: 1, durationMs: 10_000 },
      { lossPermille: 1_001 },
      { durationMs: 0.5 },
      { latencyMs: 301 },
      { stallMinMs: 3_000 },
      { stallMaxMs: 30_001 }
    ]
    for (const init of bad) assert.throws(() => run(init), { code: 'bad-setting' })
  })
})
