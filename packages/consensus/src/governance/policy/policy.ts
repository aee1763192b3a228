/** The six types of proposals; the names travel. */
export const ProposalType = {
  parameter: 'parameter',
  validatorSet: 'validator-set',
  upgrade: 'upgrade',
  emergency: 'emergency',
  amendment: 'amendment',
  treasury: 'treasury'
} as const
export type ProposalType = (typeof ProposalType)[keyof typeof ProposalType]

/** What a member may do: 1 passive, 2 active (votes), 3 contributing (proposes). */
export type Level = 1 | 2 | 3

/** Classes of action certificates that a vote can need beside itself (consensus.md). */
export type ActionClass = 'C' | 'D' | 'E'

/** What one type of proposal needs, and how long its phases last, integer ms. */
export interface TypeRules {
  /** Of the snapshot's weight, by those who approve or abstain: a deny must never help. */
  readonly quorumPercent: number
  /** Approvals must be more than this share of approvals and denials. */
  readonly thresholdPercent: number
  readonly proposerLevel: Level
  /** Least contribution component of a proposer. */
  readonly contributionLeast: number
  readonly actionClass: ActionClass
  /** From the draft to the first ballot. */
  readonly reviewMs: number
  readonly votingMs: number
  /** At the close a vote must have been passing for so long; if not, it is extended once until it has. */
  readonly extensionMs: number
  /** After passing: more than a third of the BFT power cancels. */
  readonly objectionMs: number
  readonly timelockMs: number
  /** From the end of the timelock; what isn't executed by then expires. */
  readonly executeMs: number
  /** After an execution, before the same subject can be proposed or changed again. */
  readonly subjectCooldownMs: number
}

/** How weight is earned; points and shares are integers. */
export interface WeightRules {
  /** Epochs that count. */
  readonly windowEpochs: number
  /** Heartbeat slots of an epoch. */
  readonly epochSlots: number
  /** Most that a member's weight grows in an epoch. */
  readonly growthPerEpoch: number
  /** A rise of more than this above the median of `recentEpochs` makes older weight count. */
  readonly jumpPercent: number
  readonly recentEpochs: number
  /** Most points that one member can give another within the window, of each kind of credit. */
  readonly pairMaxPoints: number
  /** Most points that one member can give to all others within the window, of each kind. */
  readonly lenderMaxPoints: number
  /** A lender gives one other member no more points than its own earlier weight divided by this. */
  readonly standingPerPoint: number
  /** Voting in all of fewer decided proposals than this earns only a part. */
  readonly decidedLeast: number
  /** Work (attestations, signals, contributions) that makes a member active, level 2. */
  readonly activeWork: number
  /** Contributions that make a member contributing, level 3. */
  readonly contributingPoints: number
}

/** The values that a parameter can take without harm. */
export interface ParameterRange {
  readonly least: number
  readonly most: number
}

/** One version of all rules of governance that a vote can change. */
export interface Policy {
  readonly version: number
  readonly weight: WeightRules
  readonly types: Readonly<Record<ProposalType, TypeRules>>
  readonly parameters: Readonly<Record<string, ParameterRange>>
  /** Who misses more than this share of the voting window's slots loses the vote. */
  readonly downPercent: number
  readonly proposerCooldownMs: number
  /** Longest life of an emergency action. */
  readonly emergencyMs: number
}

const MINUTE_MS = 60_000
const HOUR_MS: number = 60 * MINUTE_MS
const DAY_MS: number = 24 * HOUR_MS

const slow: TypeRules = {
  quorumPercent: 20,
  thresholdPercent: 50,
  proposerLevel: 3,
  contributionLeast: 0,
  actionClass: 'D',
  reviewMs: HOUR_MS,
  votingMs: 3 * DAY_MS,
  extensionMs: DAY_MS,
  objectionMs: DAY_MS,
  timelockMs: DAY_MS,
  executeMs: 3 * DAY_MS,
  subjectCooldownMs: 7 * DAY_MS
}

/** The policy a mesh starts with; quorums and thresholds are those of the table in governance.md. */
export const defaultPolicy: Policy = {
  version: 1,
  weight: {
    windowEpochs: 30,
    epochSlots: 24,
    growthPerEpoch: 20,
    jumpPercent: 20,
    recentEpochs: 5,
    pairMaxPoints: 5,
    lenderMaxPoints: 100,
    standingPerPoint: 10,
    decidedLeast: 10,
    activeWork: 5,
    contributingPoints: 20
  },
  types: {
    parameter: { ...slow, quorumPercent: 10, actionClass: 'C' },
    'validator-set': { ...slow, thresholdPercent: 60 },
    upgrade: { ...slow, quorumPercent: 30, thresholdPercent: 66 },
    emergency: {
      ...slow,
      quorumPercent: 10,
      thresholdPercent: 75,
      proposerLevel: 2,
      actionClass: 'E',
      reviewMs: 0,
      votingMs: 6 * HOUR_MS,
      extensionMs: HOUR_MS,
      objectionMs: HOUR_MS,
      timelockMs: 0,
      executeMs: 6 * HOUR_MS,
      // Longer than an emergency lives: renewing one day by day would make it permanent.
      subjectCooldownMs: 3 * DAY_MS
    },
    amendment: { ...slow, quorumPercent: 40, thresholdPercent: 75, contributionLeast: 80 },
    treasury: slow
  },
  parameters: {
    'gossip.fanout': { least: 4, most: 12 },
    'health.suspect-ms': { least: 1_500, most: 30_000 },
    'limits.message-bytes': { least: 16_384, most: 1_048_576 },
    'signature.category': { least: 2, most: 5 }
  },
  downPercent: 25,
  proposerCooldownMs: DAY_MS,
  emergencyMs: DAY_MS
}
