import type { Digest, Sha256 } from '../digest.ts'
import { GovernanceError } from '../errors.ts'
import type { InclusionProof } from '../merkle.ts'
import type { Policy } from '../policy/policy.ts'
import { type Assessment, assess } from './assess.ts'
import type { WeightEvent } from './events.ts'
import { type MemberWeight, toRow, type WeightSnapshot, weigh } from './snapshot.ts'

/** Why a member weighs what it weighs. */
export interface WeightExplanation {
  readonly epoch: number
  readonly policyVersion: number
  readonly row: MemberWeight
  /** By component: points, what bounded them, and the ledger events behind them. */
  readonly components: Assessment
  /** The sum of the components, when growth bounded the total below it. */
  readonly beforeGrowthBound: number | undefined
  /** That `row` is in the epoch's snapshot. */
  readonly root: Digest
  readonly proof: InclusionProof
}

/**
 * Explains a member's weight by the code that computes it, from the same inputs.
 *
 * @throws {GovernanceError} `unknown-member`, and what `weigh` throws
 */
export function explainWeight(
  member: string,
  events: readonly WeightEvent[],
  epoch: number,
  policy: Policy,
  previous: WeightSnapshot | undefined,
  sha256: Sha256
): WeightExplanation {
  const before = (id: string): number => previous?.rowOf(id)?.total ?? 0
  const assessment = assess(events, epoch, policy.weight, before).get(member)
  if (assessment === undefined) {
    throw new GovernanceError('unknown-member', `${member} is no member in epoch ${epoch}`)
  }
  const snapshot = weigh(events, epoch, policy, previous, sha256)
  const row = toRow(member, assessment, before(member), policy.weight)
  const sum = Object.values(assessment).reduce((points, part) => points + part.points, 0)
  return {
    epoch,
    policyVersion: policy.version,
    row,
    components: assessment,
    beforeGrowthBound: sum > row.total ? sum : undefined,
    root: snapshot.root,
    proof: snapshot.prove(member)!
  }
}
