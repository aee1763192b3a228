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

/** Single nodes die, starve, freeze and fall deaf: who is found how fast, and is anybody removed wrongly? */
export const healthDetection: Scenario = {
  name: 'health-detection',
  about: 'single nodes die, starve or fall deaf: how fast is who found, is anybody removed wrongly',
  parameters: {
    ...healthParameters,
    detectWithinMs: {
      default: 20_000,
      about: 'a crash must be found within so long by all its healthy watchers',
      min: 1_000,
      max: 120_000
    },
    spareAfflicted: {
      default: false,
      about: 'whether removing a starved, paused or deaf node that runs is a violation, too'
    }
  },
  defaults: {
    nodes: 512,
    durationMs: 60_000,
    network: { ...localNetwork, loss: { model: 'uniform', permille: 10 } },
    faults: [
      { kind: 'crash', count: 12, atMs: 5_000, overMs: 25_000 },
      { kind: 'slow', sharePermille: 100, atMs: 5_000, forMs: 20_000, factorPermille: 10_000 },
      { kind: 'deaf', sharePermille: 20, atMs: 10_000, forMs: 10_000 }
    ]
  },
  faults: healthFaults,
  behaviours,
  topology: healthTopology,
  createShard: (setup, port) => createHealthShard(setup, port),
  merge: (setup, results) =>
    judge(setup, results as HealthResult[], {
      detectWithinMs: setup.spec.parameters['detectWithinMs'] as number,
      reviveWithinMs: 15_000,
      spareAfflicted: setup.spec.parameters['spareAfflicted'] === true
    })
}
