/** Which nodes a fault befalls; drawn from the run's seed where they aren't named. */
export type NodeSelection =
  | { readonly nodes: readonly number[] }
  | { readonly count: number }
  | { readonly sharePermille: number }
  /** All nodes within `radius` hops of a node on the scenario's torus; `of` is drawn when left out. */
  | { readonly radius: number; readonly of?: number }

/** A fault as a scenario file asks for it; the seed turns it into a schedule of events. */
export type FaultSpec =
  | (NodeSelection & {
      readonly kind: 'crash'
      readonly atMs: number
      /** Spread evenly over so long; default 0, all at once. */
      readonly overMs?: number
      readonly mode?: 'silent' | 'closed'
      /** Comes back after so long; never when left out. */
      readonly restartAfterMs?: number
      readonly disk?: 'kept' | 'lost'
    })
  | (NodeSelection & {
      readonly kind: 'pause' | 'deaf'
      readonly atMs: number
      readonly overMs?: number
      readonly forMs: number
    })
  | (NodeSelection & {
      readonly kind: 'slow'
      readonly atMs: number
      readonly forMs: number
      readonly factorPermille: number
    })
  | (NodeSelection & {
      readonly kind: 'skew'
      readonly atMs: number
      readonly offsetMs?: number
      readonly driftPpm?: number
    })
  | (NodeSelection & {
      readonly kind: 'partition'
      readonly atMs: number
      readonly forMs: number
      readonly oneWay?: boolean
    })
  | (NodeSelection & {
      readonly kind: 'turn'
      readonly atMs?: number
      readonly behaviour: string
    })
  /** Nodes leave and come back at random, so many of the whole mesh a minute. */
  | {
      readonly kind: 'churn'
      readonly atMs: number
      readonly forMs: number
      readonly permillePerMinute: number
      readonly downMs: number
      readonly mode?: 'silent' | 'closed'
      readonly disk?: 'kept' | 'lost'
    }
