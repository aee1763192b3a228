import assert from 'node:assert/strict'
import { healthDetection } from '../../src/health/index.ts'
import { type Change, play } from './play.ts'

const MEMBER = 13
const LIAR = 14

/** A liar drives a member ahead by 257 a second; at 12 s it starts anew, with nothing on its disk. */
const world: Change = {
  nodes: 27,
  durationMs: 40_000,
  network: { loss: { model: 'none' } },
  faults: [
    { kind: 'turn', atMs: 0, behaviour: 'incarnation-inflater', nodes: [LIAR] },
    { kind: 'crash', atMs: 9_000, nodes: [MEMBER], restartAfterMs: 3_000, disk: 'lost' }
  ]
}

describe('health world: a member that lost its memory', () => {
  for (const notices of [true, false]) {
    it(`is alive again, though it was far ahead, ${notices ? 'with' : 'without'} notices`, async () => {
      const played = await play(healthDetection, {
        ...world,
        parameters: { notices, dials: false }
      })
      assert.deepEqual(played.violations, [])
      assert.ok(played.sometimes['calledDown']! > 0 && played.sometimes['revived']! > 0)
    })
  }
})
