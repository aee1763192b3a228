import type { Policy } from '../policy/policy.ts'
import { wasDown } from '../weight/attendance.ts'
import type { WeightSnapshot } from '../weight/snapshot.ts'
import { verdictOf } from './ballot.ts'
import type { ResultBundle } from './certificate.ts'
import { type Decision, decide, type TallySums } from './decide.ts'

/** A past vote under another policy. */
export interface Revisited extends Decision {
  readonly proposal: string
  readonly policyVersion: number
  readonly tally: TallySums
  readonly flipped: boolean
}

/**
 * Counts a past vote as `policy` would have: its downtime rule, quorum and threshold.
 *
 * @param weights - the weights that policy would have given, if those are to change as well
 */
export function revisit(
  bundle: ResultBundle,
  policy: Policy,
  weights: Pick<WeightSnapshot, 'rowOf' | 'total'> = weightsOf(bundle)
): Revisited {
  const { certificate, votes } = bundle
  const sums: [number, number, number] = [0, 0, 0]
  for (const { voter, ballots, heard } of votes) {
    const choice = verdictOf(ballots)
    if (choice === 'none' || choice === 'equivocated') continue
    if (wasDown(heard, certificate.slots, policy.downPercent)) continue
    sums[choice] += weights.rowOf(voter)?.total ?? 0
  }
  const tally = { approve: sums[0], deny: sums[1], abstain: sums[2] }
  const decision = decide(tally, weights.total, policy.types[certificate.type])
  return {
    proposal: certificate.proposal,
    policyVersion: policy.version,
    tally,
    ...decision,
    flipped: decision.passed !== certificate.passed
  }
}

function weightsOf({
  weights,
  certificate
}: ResultBundle): Pick<WeightSnapshot, 'rowOf' | 'total'> {
  const rows = new Map(weights.map(row => [row.member, row]))
  return { rowOf: member => rows.get(member), total: certificate.totalWeight }
}
