import assert from 'node:assert/strict'
import { healthDetection } from '../../src/health/index.ts'
import type { HealthResult } from '../../src/health/result.ts'
import { type Change, type Played, play } from './play.ts'

const world: Change = {
  nodes: 27,
  durationMs: 50_000,
  network: { loss: { model: 'none' } },
  parameters: { dials: false }
}
const SUBJECT = 13
/** Called down, proven to the mesh by 11 s, and back at 13 s. */
const away = { kind: 'pause', atMs: 5_000, forMs: 8_000, nodes: [SUBJECT] } as const

const believers = ({ outcome }: Played): readonly (readonly [number, number])[] =>
  (outcome.results as readonly HealthResult[]).flatMap(result => result.believers)

describe('health world: tidings of who is down and who is back', () => {
  const missed: readonly { desc: string; faults: Change['faults'] }[] = [
    {
      desc: 'a node that is deaf while another returns',
      faults: [away, { kind: 'deaf', atMs: 11_500, forMs: 6_000, nodes: [0] }]
    },
    {
      desc: 'a node and its neighbours that are cut off while another returns, too briefly to fall',
      faults: [away, { kind: 'partition', atMs: 12_600, forMs: 1_000, nodes: [0, 1, 3, 9] }]
    },
    {
      desc: 'all others, when what the node that returned sends is lost',
      faults: [
        away,
        { kind: 'partition', atMs: 12_600, forMs: 800, oneWay: true, nodes: [SUBJECT] }
      ]
    }
  ]
  for (const { desc, faults } of missed) {
    it(`reach ${desc}`, async () => {
      const played = await play(healthDetection, { ...world, faults: faults! })
      assert.deepEqual(believers(played), [])
      assert.deepEqual(played.violations, [])
      assert.ok(played.sometimes['noticePublished']! > 0 && played.sometimes['revived']! > 0)
    })
  }
})
