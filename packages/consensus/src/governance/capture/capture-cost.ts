import { type ActionClass, type Policy, ProposalType } from '../policy/policy.ts'
import { decide } from '../tally/decide.ts'
import { WEIGHT_MAX } from '../weight/assess.ts'

/** A mesh to be captured: how many members, and the weight they have on average. */
export interface CaptureTarget {
  readonly members: number
  readonly averageWeight: number
}

/** What it takes to pass one type of proposal; shares in basis points, rounded up. */
export interface CaptureCost {
  readonly type: ProposalType
  /** Least share of the snapshot's weight with which a vote passes, whatever the others do. */
  readonly voteBp: number
  /** Least share with which a vote passes while nobody else votes: others' abstentions lower it. */
  readonly aloneBp: number
  /** Least share with which a vote passes if all others deny. */
  readonly opposedBp: number
  /** Least share of the power that obtains the action certificate with the odds of one in a million. */
  readonly certificateBp: number
  /** Both keys, while nobody objects. */
  readonly captureBp: number
  /** Both keys, while the honest use their objection: then they mustn't have more than a third. */
  readonly watchedBp: number
  /** Members of the greatest weight that hold `voteBp` of the target's weight. */
  readonly members: number
  /** Epochs of full work before so much weight can be held by members who start with none. */
  readonly epochs: number
}

const BP = 10_000
/** Cells of the radius-2 ball, and approvals needed of them (consensus.md, class C). */
const BALL = 25
const BALL_QUORUM = 17
/** Odds at which a draw of the ball counts as lost. */
const ODDS = 1_000_000n

/** What capturing `target` costs under `policy`, a row for each type, by trying `decide` itself. */
export function captureCosts(policy: Policy, target: CaptureTarget): CaptureCost[] {
  return Object.values(ProposalType).map(type => {
    const rules = policy.types[type]
    const passes = (approve: number, deny: number, abstain: number): boolean =>
      decide({ approve, deny, abstain }, BP, rules).passed
    const voteBp = least(bp => passes(bp, 0, BP - bp))
    const aloneBp = least(bp => passes(bp, 0, 0))
    const opposedBp = least(bp => passes(bp, BP - bp, 0))
    const certificateBp = certificateShares[rules.actionClass]
    const captureBp = Math.max(voteBp, certificateBp)
    const weight = target.members * target.averageWeight
    return {
      type,
      voteBp,
      aloneBp,
      opposedBp,
      certificateBp,
      captureBp,
      watchedBp: Math.max(captureBp, UNOPPOSED_BP),
      members: Math.ceil((voteBp * weight) / (BP * WEIGHT_MAX)),
      epochs: Math.ceil(WEIGHT_MAX / policy.weight.growthPerEpoch)
    }
  })
}

/** The least share in basis points that is enough; more than enough always is. */
function least(isEnough: (bp: number) => boolean): number {
  let low = 0
  let high = BP
  while (low < high) {
    const middle = (low + high) >> 1
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return high
}

/** Not more than a third is left to others: 3 · (all − own) ≤ all. */
const UNOPPOSED_BP: number = least(bp => 3 * (BP - bp) <= BP)

const certificateShares: Readonly<Record<ActionClass, number>> = {
  C: least(isBallWon),
  D: least(bp => 3 * bp > 2 * BP),
  E: least(bp => 4 * bp >= 3 * BP)
}

/**
 * Whether a holder of `bp` of the cells has 17 or more of a random ball of 25 with odds of one in a
 * million or better; binomial, which is slightly worse for the honest than drawing without return.
 */
function isBallWon(bp: number): boolean {
  const own = BigInt(bp)
  const others = BigInt(BP) - own
  let ways = 0n
  let choose = 1n
  for (let cells = BALL; cells >= BALL_QUORUM; cells--) {
    ways += choose * own ** BigInt(cells) * others ** BigInt(BALL - cells)
    choose = (choose * BigInt(cells)) / BigInt(BALL - cells + 1)
  }
  return ways * ODDS >= BigInt(BP) ** BigInt(BALL)
}
