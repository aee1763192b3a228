/**
 * What of the ledger bears on weight, as typed records. `seq` is the event's place in the ledger;
 * `epoch` when it became final. Signatures and finality are the caller's to have checked.
 */
export type WeightEvent =
  | MembershipEvent
  | HeartbeatEvent
  | CreditEvent
  | BallotEvent
  | DecisionEvent
  | CertificationEvent

interface Placed {
  readonly seq: number
  readonly epoch: number
}

/** A member joins or leaves. */
export interface MembershipEvent extends Placed {
  readonly kind: 'membership'
  readonly member: string
  readonly joined: boolean
}

/** A signed heartbeat, finalized by whoever included it; slots are numbered through all epochs. */
export interface HeartbeatEvent extends Placed {
  readonly kind: 'heartbeat'
  readonly member: string
  readonly slot: number
  readonly includer: string
}

/** The kinds of work that other members vouch for. */
export type Credit = 'attestation' | 'signal' | 'contribution'

/** `lender` confirms work of `member`: points 1 to 100. */
export interface CreditEvent extends Placed {
  readonly kind: Credit
  readonly member: string
  readonly lender: string
  readonly points: number
}

/** `member` voted on `proposal`; how doesn't matter. */
export interface BallotEvent extends Placed {
  readonly kind: 'ballot'
  readonly member: string
  readonly proposal: string
}

/** `proposal` was decided, with quorum or without. */
export interface DecisionEvent extends Placed {
  readonly kind: 'decision'
  readonly proposal: string
  readonly quorate: boolean
}

/** `member` holds certification tier 0 to 5 up to and including `untilEpoch`. */
export interface CertificationEvent extends Placed {
  readonly kind: 'certification'
  readonly member: string
  readonly tier: number
  readonly untilEpoch: number
}
