import assert from 'node:assert/strict'
import { deserialize, serialize } from 'node:v8'
import type { Checkpoint } from '../../src/engine/checkpoint.ts'
import { healthDetection } from '../../src/health/index.ts'
import { type Change, type Played, play } from './play.ts'

/** A run that is in the midst of everything after 12 s: deaths, notices, stalls, a partition, adversaries. */
const busy: Change = {
  durationMs: 25_000,
  faults: [
    { kind: 'crash', count: 12, atMs: 5_000, overMs: 10_000, restartAfterMs: 6_000 },
    { kind: 'slow', sharePermille: 50, atMs: 6_000, forMs: 10_000, factorPermille: 10_000 },
    { kind: 'deaf', sharePermille: 50, atMs: 8_000, forMs: 8_000 },
    { kind: 'partition', radius: 1, atMs: 9_000, forMs: 9_000 },
    { kind: 'turn', sharePermille: 20, atMs: 10_000, behaviour: 'replayer' }
  ]
}

async function playFrom(change: Change, checkpointAtMs: number): Promise<readonly Played[]> {
  const taken: Checkpoint[] = []
  const whole = await play(healthDetection, {
    ...change,
    engine: { checkpointAtMs, onCheckpoint: checkpoint => taken.push(checkpoint) }
  })
  assert.equal(taken.length, 1)
  const resume = deserialize(serialize(taken[0])) as Checkpoint
  return [whole, await play(healthDetection, { ...change, engine: { resume } })]
}

function content({ outcome: { wallMs: _, workers: __, ...outcome }, ...rest }: Played): unknown {
  return { ...outcome, ...rest }
}

describe('health world: checkpoint', () => {
  for (const [name, change] of [
    ['one shard', busy],
    ['two shards', { ...busy, nodes: 2_048, durationMs: 15_000 }]
  ] as const) {
    it(`goes on from it as if it had never stopped (${name})`, async () => {
      const [whole, resumed] = await playFrom(change, 12_000)
      assert.deepEqual(content(resumed!), content(whole!))
    })
  }
})
