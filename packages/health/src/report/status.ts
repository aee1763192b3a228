/** State of a service; the numbers travel. */
export const ServiceState = { up: 0, degraded: 1, down: 2 } as const
export type ServiceState = (typeof ServiceState)[keyof typeof ServiceState]

/** What a node says of itself; the numbers travel. */
export const NodeStatus = { healthy: 0, degraded: 1 } as const
export type NodeStatus = (typeof NodeStatus)[keyof typeof NodeStatus]

/** The resources that make a node sick. CPU isn't one of them: a busy node is well until its loop lags. */
export interface StatusResources {
  readonly diskFreeMb: number
  /** 99th percentile of the event loop's delay. */
  readonly loopLagMs: number
}

/** A node gets sick at the first figure of a pair and is well again at the second. */
export const statusLimits = {
  /** A beat's interval: beyond it neighbours miss some. */
  loopLagMs: { sick: 1_000, well: 250 },
  diskFreeMb: { sick: 512, well: 1_024 }
} as const

/** @param before - the status so far: resources between two limits leave it as it is */
export function deriveStatus(
  services: readonly { readonly state: ServiceState }[],
  resources: StatusResources,
  before: NodeStatus
): NodeStatus {
  if (services.some(({ state }) => state !== ServiceState.up)) return NodeStatus.degraded
  const which = before === NodeStatus.degraded ? 'well' : 'sick'
  const lags = resources.loopLagMs >= statusLimits.loopLagMs[which]
  const full = resources.diskFreeMb < statusLimits.diskFreeMb[which]
  return lags || full ? NodeStatus.degraded : NodeStatus.healthy
}
