/** One-way delay between two nodes before jitter. AWS and PlanetLab measured round trips: halved. */
export type LatencySpec =
  | { readonly model: 'constant'; readonly oneWayMs: number }
  | { readonly model: 'uniform'; readonly minMs: number; readonly maxMs: number }
  | { readonly model: 'lognormal'; readonly medianMs: number; readonly sigmaPermille: number }
  /** 33 AWS regions; nodes are spread over them evenly by seed. */
  | { readonly model: 'aws33' }
  /** 490 PlanetLab hosts. */
  | { readonly model: 'planetlab490' }
  /** Eight regions with the weights and delays libp2p simulates gossipsub with. */
  | { readonly model: 'libp2p8' }

export interface BandwidthClass {
  /** Share of the nodes; those of all classes add up to 1,000. */
  readonly sharePermille: number
  readonly upKbps: number
  readonly downKbps: number
}

export type LossSpec =
  | { readonly model: 'none' }
  | { readonly model: 'uniform'; readonly permille: number }
  /** Two states a link: in the bad one almost everything is lost. Chances are per message. */
  | {
      readonly model: 'gilbert-elliott'
      readonly goodToBadPermille: number
      readonly badToGoodPermille: number
      readonly lossGoodPermille: number
      readonly lossBadPermille: number
    }

/** How messages travel. A setting that a model can't honour is an error, never ignored. */
export interface NetworkSpec {
  readonly latency: LatencySpec
  /** Spread of each message around its link's delay, lognormal; default 0, for aws33 as measured. */
  readonly jitterSigmaPermille?: number
  /** A heavy tail on the last mile of each node (generalised Pareto); default false. */
  readonly accessTail?: boolean
  /** Uplinks and downlinks serve one message after the other; unlimited when left out. */
  readonly bandwidth?: readonly BandwidthClass[]
  readonly loss?: LossSpec
  /** A lost datagram is gone; a lost segment of a stream is late, and all behind it wait. Default `stream`. */
  readonly transport?: 'datagram' | 'stream'
  /** Delays of the two directions of a link differ by up to this share; default 0. */
  readonly asymmetryPermille?: number
  readonly duplicatePermille?: number
  /** Arrive late by up to one more delay, so that later ones overtake; for `datagram` only. */
  readonly reorderPermille?: number
  /** A bit is flipped: signatures fail, so the receiver drops the message; counted apart from loss. */
  readonly corruptPermille?: number
}
