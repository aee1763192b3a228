import type { Sha256 } from '../digest.ts'
import { GovernanceError } from '../errors.ts'
import type { WeightRules } from '../policy/policy.ts'
import { WeightSnapshot } from './snapshot.ts'

/**
 * The weights that count for a new proposal. Where the mesh's total has jumped above the median of
 * the epochs before, an older snapshot counts; where one member's has, that median does.
 *
 * @param history - consecutive snapshots, oldest first; more than `recentEpochs` + 1 aren't looked at
 * @throws {GovernanceError} `no-history`
 */
export function electorateOf(
  history: readonly WeightSnapshot[],
  rules: WeightRules,
  sha256: Sha256
): WeightSnapshot {
  const known = history.slice(-(rules.recentEpochs + 1))
  let newest = known.length - 1
  while (newest > 0 && jumps(known[newest]!.total, totals(known.slice(0, newest)), rules)) newest--
  const chosen = known[newest]
  if (chosen === undefined) throw new GovernanceError('no-history', 'weigh an epoch first')
  const earlier = known.slice(0, newest)
  if (earlier.length === 0) return chosen
  const rows = chosen.rows.map(row => {
    const weights = earlier.map(snapshot => snapshot.rowOf(row.member)?.total ?? 0)
    return jumps(row.total, weights, rules) ? { ...row, total: lowerMedian(weights) } : row
  })
  return new WeightSnapshot(chosen.epoch, chosen.policyVersion, rows, sha256)
}

function totals(snapshots: readonly WeightSnapshot[]): number[] {
  return snapshots.map(({ total }) => total)
}

function jumps(now: number, before: readonly number[], { jumpPercent }: WeightRules): boolean {
  return 100 * now > (100 + jumpPercent) * lowerMedian(before)
}

function lowerMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0
}
