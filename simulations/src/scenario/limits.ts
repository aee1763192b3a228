/** What a document may ask for at most. */
export const Limits = {
  minNodes: 2,
  maxNodes: 20_000_000,
  maxSeed: 0xffff_ffff,
  /** 30 days. */
  maxDurationMs: 2_592_000_000,
  maxFaults: 10_000,
  /** Nodes that one fault names one by one. */
  maxNamedNodes: 100_000,
  maxRadius: 10_000,
  maxLatencyMs: 10_000,
  maxBandwidthClasses: 16,
  maxKbps: 1_000_000_000,
  maxTextLength: 200,
  maxAxes: 8,
  maxAxisValues: 1_000,
  maxSeeds: 100_000,
  maxRuns: 1_000_000,
  /** 1 MiB. */
  maxFileBytes: 1_048_576,
  /** Problems that are said at once. */
  maxProblems: 20
} as const
