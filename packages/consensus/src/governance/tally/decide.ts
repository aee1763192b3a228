import type { TypeRules } from '../policy/policy.ts'

/** Weight by choice. */
export interface TallySums {
  readonly approve: number
  readonly deny: number
  readonly abstain: number
}

/** What the sums amount to. */
export interface Decision {
  /** Approvals and abstentions reach the quorum. */
  readonly quorate: boolean
  readonly passed: boolean
}

/**
 * Decides in integers against the weight of the whole pinned snapshot.
 *
 * A deny stands only on the side that a vote must overcome: it reaches no quorum and gives no
 * support, so it never helps. Approvals alone must also be threshold × quorum of the snapshot.
 *
 * @param total - weight of the snapshot; nothing passes an empty one
 */
export function decide(sums: TallySums, total: number, rules: TypeRules): Decision {
  const { approve, deny, abstain } = sums
  const { quorumPercent, thresholdPercent } = rules
  const quorate = total > 0 && 100 * (approve + abstain) >= quorumPercent * total
  const supported = 10_000 * approve >= quorumPercent * thresholdPercent * total
  const majority = 100 * approve > thresholdPercent * (approve + deny)
  return { quorate, passed: quorate && supported && majority }
}
