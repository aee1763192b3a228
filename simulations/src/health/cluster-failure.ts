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

/**
 * All nodes of a ball die at once. Promised: each of them of whose watchers a quorum lives is called
 * down by all that do. Watchers with half of their peers in the ball doubt themselves first, 30 s long.
 */
export const clusterFailure: Scenario = {
  name: 'cluster-failure',
  about: 'a ball of cells dies at once: its rim is found, its inside has nobody left to see it',
  parameters: healthParameters,
  defaults: {
    nodes: 512,
    durationMs: 60_000,
    network: localNetwork,
    faults: [{ kind: 'crash', radius: 2, atMs: 5_000 }]
  },
  faults: healthFaults,
  behaviours,
  topology: healthTopology,
  createShard: (setup, port) => createHealthShard(setup, port),
  merge: (setup, results) =>
    judge(setup, results as HealthResult[], { detectWithinMs: 45_000, reviveWithinMs: 15_000 })
}
