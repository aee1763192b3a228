import {
  consensusAdversarial,
  consensusForks,
  consensusRecovery
} from '../consensus/cluster/scenarios.ts'
import { consensusLatency } from '../consensus/latency/scenario.ts'
import { flood } from '../flood/scenario.ts'
import { broadcast } from '../gossip/broadcast.ts'
import { captureCost } from '../governance/capture-cost.ts'
import { governanceAttacks } from '../governance/governance-attacks.ts'
import { churn } from '../health/churn.ts'
import { clusterFailure } from '../health/cluster-failure.ts'
import { eclipse } from '../health/eclipse.ts'
import { healthDetection } from '../health/health-detection.ts'
import { partitionHeal } from '../health/partition-heal.ts'
import { upgradeDetection } from '../upgrade/upgrade-detection.ts'
import { upgradeRollouts } from '../upgrade/upgrade-rollouts.ts'
import type { Scenario } from './scenario.ts'

/** All scenarios there are. */
export const scenarios: readonly Scenario[] = [
  flood,
  broadcast,
  healthDetection,
  clusterFailure,
  partitionHeal,
  eclipse,
  churn,
  consensusLatency,
  consensusAdversarial,
  consensusForks,
  consensusRecovery,
  governanceAttacks,
  captureCost,
  upgradeRollouts,
  upgradeDetection
]

/** Worker threads know a scenario by its name. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find(scenario => scenario.name === name)
}
