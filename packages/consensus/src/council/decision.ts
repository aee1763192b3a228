import {
  ActionCertificate,
  type ActionClaim,
  type ActionFault,
  type Seating
} from '../action/index.ts'
import {
  Certificate,
  type CertificateClaim,
  type CertificateFault,
  type Outcome,
  type Verify
} from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Action, ResultCertificate } from '../governance/index.ts'

/** What was decided: the same on every node, in the same order. */
export interface Decision {
  /** From 0, without gaps. */
  readonly number: number
  readonly proposal: Digest
  readonly action: Action
  /** Mesh time at which it took effect. */
  readonly atMs: number
  /** Mesh time at which an emergency ends by itself. */
  readonly untilMs?: number
  /** Digest of what the action reads and writes, after it: what the simulation said. */
  readonly postState: Digest
  /** The first key: the vote's result. An emergency has none until it is ratified. */
  readonly result?: ResultCertificate
  /** The second key: who approved, with their signatures. */
  readonly approval: ActionClaim
}

/** What shows a decision to somebody who wasn't there: result, approval, finality. */
export interface DecisionCertificate {
  readonly decision: Decision
  /** The block whose items made it take effect, with the height it has. */
  readonly block: Digest
  readonly height: number
  /** Finalization of that block or of one that follows it. */
  readonly finality: CertificateClaim
}

/** Why a decision certificate doesn't show what it says. */
export type DecisionFault =
  | 'not-final'
  | 'other-action'
  | 'not-passed'
  | CertificateFault
  | ActionFault

/**
 * Checks the signatures of a decision: the electorate's and the set's. The tally is checked by
 * `governance.retally` with the ballots, the chain between `block` and the finalized one by its headers.
 */
export function verifyDecision(
  { decision, finality }: DecisionCertificate,
  seating: Seating,
  verify: Verify
): Outcome<Decision, DecisionFault> {
  const { approval, proposal, result, atMs } = decision
  const { motion } = approval
  if (motion.id !== proposal) return { ok: false, fault: 'other-action' }
  const isEmergency = motion.untilMs !== null
  if (!isEmergency && result?.passed !== true) return { ok: false, fault: 'not-passed' }
  if (result !== undefined && result.proposal !== proposal)
    return { ok: false, fault: 'other-action' }
  const certificate = Certificate.verify(seating.epoch, finality, verify)
  if (!certificate.ok) return certificate
  const { policyVersion, preState } = motion
  const context = { policyVersion, stateRoot: preState, nowMs: Math.min(atMs, motion.notAfterMs) }
  const checked = ActionCertificate.verify(
    approval,
    { ...context, seating, operatorAgrees: true },
    verify
  )
  return checked.ok ? { ok: true, value: decision } : checked
}
