import { governance } from '@torusmesh/consensus'
import { sha256 } from '../sha256.ts'

/** A snapshot of the next epoch in which some members weigh something else, or are new. */
export function reweighed(
  snapshot: governance.WeightSnapshot,
  weights: ReadonlyMap<string, number>
): governance.WeightSnapshot {
  const rows = new Map(snapshot.rows.map(row => [row.member, row]))
  const model = snapshot.rows[0]!
  for (const [member, total] of weights) {
    rows.set(member, { ...(rows.get(member) ?? model), member, total })
  }
  const { epoch, policyVersion } = snapshot
  return new governance.WeightSnapshot(epoch + 1, policyVersion, [...rows.values()], sha256)
}

/** The same weight for each. */
export const each = (members: readonly string[], weight: number): Map<string, number> =>
  new Map(members.map(member => [member, weight]))
