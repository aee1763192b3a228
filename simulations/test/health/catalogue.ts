import * as health from '../../src/health/index.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

const { churn, clusterFailure, eclipse, healthDetection, partitionHeal } = health
const scenarios = [churn, clusterFailure, eclipse, healthDetection, partitionHeal]

/** What worker threads ask. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find(scenario => scenario.name === name)
}
