import { flood } from '../flood/scenario.ts'
import { broadcast } from '../gossip/broadcast.ts'
import { churn } from '../health/churn.ts'
import { clusterFailure } from '../health/cluster-failure.ts'
import { eclipse } from '../health/eclipse.ts'
import { healthDetection } from '../health/health-detection.ts'
import { partitionHeal } from '../health/partition-heal.ts'
import type { Scenario } from './scenario.ts'

/** All scenarios there are. */
export const scenarios: readonly Scenario[] = [
  flood,
  broadcast,
  healthDetection,
  clusterFailure,
  partitionHeal,
  eclipse,
  churn
]

/** Worker threads know a scenario by its name. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find(scenario => scenario.name === name)
}
