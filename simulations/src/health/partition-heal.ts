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
 * Safety while the mesh is parted: nobody is called down by a watcher on its own side. Liveness once it
 * is whole: everybody is alive for everybody again in bounded time.
 */
export const partitionHeal: Scenario = {
  name: 'partition-heal',
  about: 'a part of the mesh is cut off and comes back: is everybody alive again, and how soon',
  parameters: {
    ...healthParameters,
    reviveWithinMs: {
      default: 20_000,
      about: 'after the last partition everybody must be alive again within so long',
      min: 1_000,
      max: 120_000
    }
  },
  defaults: {
    nodes: 512,
    durationMs: 60_000,
    network: localNetwork,
    faults: [{ kind: 'partition', radius: 3, atMs: 5_000, forMs: 20_000 }]
  },
  faults: healthFaults,
  behaviours,
  topology: healthTopology,
  createShard: (setup, port) => createHealthShard(setup, port),
  merge: (setup, results) =>
    judge(setup, results as HealthResult[], {
      detectWithinMs: 45_000,
      reviveWithinMs: setup.spec.parameters['reviveWithinMs'] as number
    })
}
