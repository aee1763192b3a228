import type { Scenario } from '../scenario/scenario.ts'
import { behaviours } from './adversaries/index.ts'
import { judge } from './judge.ts'
import type { HealthResult } from './result.ts'
import {
  createHealthShard,
  healthFaults,
  healthParameters,
  healthTopology,
  localNetwork
} from './world.ts'

/** Nodes go and come back all the time: those away are found, those back are taken in. */
export const churn: Scenario = {
  name: 'churn',
  about: 'nodes die and come back at random: those away are found, those back are alive again',
  parameters: healthParameters,
  defaults: {
    nodes: 512,
    durationMs: 90_000,
    network: localNetwork,
    faults: [{ kind: 'churn', atMs: 5_000, forMs: 60_000, permillePerMinute: 100, downMs: 15_000 }]
  },
  faults: healthFaults,
  behaviours,
  topology: healthTopology,
  createShard: (setup, port) => createHealthShard(setup, port),
  merge: (setup, results) =>
    judge(setup, results as HealthResult[], { detectWithinMs: 12_000, reviveWithinMs: 15_000 })
}
