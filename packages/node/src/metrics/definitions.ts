import { GOSSIP_DEFINITIONS, type GossipMetrics } from './gossip.ts'
import { HEALTH_DEFINITIONS, type HealthMetrics } from './health.ts'
import { INBOUND_DEFINITIONS, type InboundMetrics } from './inbound.ts'
import type { Definition, Definitions } from './instruments.ts'
import { LEDGER_DEFINITIONS, type LedgerMetrics } from './ledger.ts'
import { VIEW_METRICS } from './view-gauges.ts'

/** Instruments by concern, for the modules that count. */
export interface MetricGroups {
  readonly gossip: GossipMetrics
  readonly inbound: InboundMetrics
  readonly ledger: LedgerMetrics
  readonly health: HealthMetrics
}

export const GROUP_DEFINITIONS: {
  readonly [G in keyof MetricGroups]: Definitions<MetricGroups[G]>
} = {
  gossip: GOSSIP_DEFINITIONS,
  inbound: INBOUND_DEFINITIONS,
  ledger: LEDGER_DEFINITIONS,
  health: HEALTH_DEFINITIONS
}

/** Every metric a node has, in the order of the documentation. */
export const METRIC_DEFINITIONS: readonly Definition[] = [
  ...VIEW_METRICS,
  ...Object.values(GROUP_DEFINITIONS).flatMap((group): Definition[] => Object.values(group))
]
