import assert from 'node:assert/strict'
import { churn, clusterFailure, healthDetection, partitionHeal } from '../../src/health/index.ts'
import type { HealthResult } from '../../src/health/result.ts'
import { eachRow } from '../../src/health/verdict-log.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { hardships } from './hardships.ts'
import { type Change, type Played, play } from './play.ts'

/** Everything that the nodes of a run said and saw, whatever the order of nodes within a tick. */
function conclusions({ outcome, measures, sometimes, violations }: Played): unknown {
  const results = outcome.results as readonly HealthResult[]
  const said: string[] = []
  for (const { log } of results) {
    eachRow(log, (atMs, node, subject, what, incarnation) =>
      said.push(`${atMs} ${node} ${subject} ${what} ${incarnation}`)
    )
  }
  return {
    said: said.sort(),
    seen: results.map(({ sent, unsettled, spread, believers }) => [
      sent,
      unsettled,
      spread,
      believers
    ]),
    measures,
    sometimes,
    violations
  }
}

const wan = {
  latency: { model: 'lognormal', medianMs: 120, sigmaPermille: 800 },
  jitterSigmaPermille: 300,
  duplicatePermille: 20,
  loss: { model: 'uniform', permille: 30 }
} as const
const everything: Change = {
  durationMs: 40_000,
  parameters: { dials: false, notices: false },
  faults: [
    { kind: 'slow', sharePermille: 50, atMs: 5_000, forMs: 10_000, factorPermille: 10_000 },
    { kind: 'pause', sharePermille: 50, atMs: 6_000, overMs: 5_000, forMs: 4_000 },
    { kind: 'deaf', sharePermille: 50, atMs: 7_000, forMs: 6_000 },
    { kind: 'crash', count: 12, atMs: 8_000, overMs: 8_000, restartAfterMs: 9_000, disk: 'lost' },
    { kind: 'partition', radius: 2, atMs: 12_000, forMs: 8_000 },
    { kind: 'turn', sharePermille: 20, atMs: 10_000, behaviour: 'silent-liar' }
  ]
}

const runs: Readonly<Record<string, readonly [Scenario, Change]>> = {
  'health-detection': [healthDetection, {}],
  'cluster-failure': [clusterFailure, {}],
  'partition-heal': [partitionHeal, {}],
  churn: [churn, { durationMs: 60_000 }],
  'all faults at once': [healthDetection, everything],
  'all faults over a slow stream': [healthDetection, { ...everything, network: wan }],
  'all faults over slow datagrams': [
    healthDetection,
    { ...everything, network: { ...wan, transport: 'datagram' } }
  ],
  'all faults over datagrams that only get lost': [
    healthDetection,
    {
      ...everything,
      network: { latency: wan.latency, loss: wan.loss, transport: 'datagram' }
    }
  ],
  'several shards': [healthDetection, { nodes: 2_048, durationMs: 20_000 }],
  'all faults over several shards': [healthDetection, { ...everything, nodes: 2_048 }],
  'all faults over several shards, and losses': [
    healthDetection,
    {
      ...everything,
      nodes: 2_048,
      durationMs: 20_000,
      parameters: { dials: true, notices: true },
      network: { latency: { model: 'uniform', minMs: 1, maxMs: 60 }, loss: wan.loss }
    }
  ],
  ...Object.fromEntries(
    Object.entries(hardships).map(({ 0: name, 1: { scenario, change } }) => [
      name,
      [scenario, change] as const
    ])
  )
}

describe('health backlog: what is put off changes nothing', () => {
  for (const [name, [scenario, change]] of Object.entries(runs)) {
    it(`${name}: the same verdicts as with every tick and beat an event, 2 seeds`, async () => {
      for (let seed = 1; seed <= 2; seed++) {
        const lazy = await play(scenario, { ...change, seed })
        const eager = await play(scenario, { ...change, seed, eager: true })
        assert.deepEqual(conclusions(lazy), conclusions(eager), `seed ${seed}`)
        assert.equal(eager.outcome.putOff, 0)
        const { events, putOff } = lazy.outcome
        assert.ok(putOff > 0 && events - putOff < eager.outcome.events)
      }
    })
  }

  it('nineteen of twenty inputs of a healthy mesh are no events', async () => {
    const { outcome } = await play(healthDetection, {
      durationMs: 20_000,
      faults: [],
      network: { loss: { model: 'none' } }
    })
    assert.ok(outcome.putOff >= 0.95 * outcome.events)
  })
})
