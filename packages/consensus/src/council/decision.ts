import type { Torus } from '@torusmesh/torus'
import {
  ActionCertificate,
  type ActionClaim,
  type ActionFault,
  type Seating
} from '../action/index.ts'
import { seatsOf } from '../beacon/placement.ts'
import {
  Certificate,
  type CertificateClaim,
  type CertificateFault,
  type Outcome
} from '../certificate/certificate.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { Kind } from '../certificate/statement.ts'
import { type Header, headerDigest } from '../engine/header.ts'
import { type Action, digestOf, type ResultCertificate } from '../governance/index.ts'
import { isEmergency } from './motion.ts'
import type { CouncilPorts } from './terms.ts'

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

/** Where approvals counted when they were certified. */
export interface ApprovedIn {
  readonly epoch: Epoch
  /** What the ball was drawn by; `null` where the seats were nobody's to draw. */
  readonly beacon: Digest | null
  /** Validators that had no voice, by index, ascending. */
  readonly convicted: readonly number[]
}

/** What shows a decision to somebody who wasn't there: result, approval, finality. */
export interface DecisionCertificate {
  readonly decision: Decision
  readonly approvedIn: ApprovedIn
  /** The epoch of the block. */
  readonly epoch: Epoch
  /** The block whose items made it take effect, with the height it has. */
  readonly block: Digest
  readonly height: number
  /** From that block to the finalized one, each the parent of the next. */
  readonly headers: readonly Header[]
  readonly finality: CertificateClaim
}

/** Why a decision certificate doesn't show what it says. */
export type DecisionFault =
  | 'broken-chain'
  | 'other-epoch'
  | 'not-final'
  | 'other-action'
  | 'not-passed'
  | CertificateFault
  | ActionFault

/**
 * The seating of approvals, as every node has it.
 *
 * @param seats - who speaks for each cell of that epoch; drawn anew if left out
 */
export function seatingOf(
  { epoch, beacon, convicted }: ApprovedIn,
  torus: Torus,
  seats: ReadonlyMap<number, number> = seatsOf(epoch, torus, epoch.seed)
): Seating {
  return {
    ...{ epoch, torus, beacon: beacon ?? epoch.seed },
    seats: beacon === null ? NOBODY : seats,
    ...{ owner: null, convicted: new Set(convicted) }
  }
}

const NOBODY: ReadonlyMap<number, number> = new Map()

/**
 * Checks a decision: that both keys are of this action, the electorate's signatures, the chain of
 * headers and the set's signatures on its end. The tally is checked by `governance.retally` with the
 * ballots. That the epochs are this mesh's, and the beacon the one it drew, is for a ledger to say.
 */
export function verifyDecision(
  certificate: DecisionCertificate,
  torus: Torus,
  { sha256, verify }: CouncilPorts
): Outcome<Decision, DecisionFault> {
  const { decision, approvedIn, epoch } = certificate
  const { action, approval, proposal, result, atMs } = decision
  const { motion } = approval
  const isOfAction = motion.action === digestOf('action', action, sha256)
  if (motion.id !== proposal || !isOfAction) return { ok: false, fault: 'other-action' }
  if (isEmergency(action) !== (motion.untilMs !== null)) return { ok: false, fault: 'other-action' }
  if (!isEmergency(action) && result?.passed !== true) return { ok: false, fault: 'not-passed' }
  if (result !== undefined && result.proposal !== proposal) {
    return { ok: false, fault: 'other-action' }
  }
  const verifyIn =
    ({ validators, context }: Epoch) =>
    (validator: number, statement: Uint8Array, signature: Uint8Array): boolean => {
      const key = validators[validator]?.publicKey
      return key !== undefined && verify(key, statement, signature, context)
    }
  const { finality } = certificate
  const chained = chainFault(certificate)
  if (chained !== undefined) return { ok: false, fault: chained }
  const final = Certificate.verify(epoch, finality, verifyIn(epoch))
  if (!final.ok) return final
  const { policyVersion, preState } = motion
  const nowMs = Math.min(atMs, motion.notAfterMs)
  const seating = seatingOf(approvedIn, torus)
  const checked = ActionCertificate.verify(
    approval,
    { policyVersion, stateRoot: preState, nowMs, seating, operatorAgrees: true },
    verifyIn(approvedIn.epoch)
  )
  return checked.ok ? { ok: true, value: decision } : checked
}

function chainFault({
  block,
  height,
  headers,
  finality,
  epoch
}: DecisionCertificate): DecisionFault | undefined {
  if (finality.kind !== Kind.finalize) return 'not-final'
  if (finality.epochId !== epoch.id) return 'other-epoch'
  if (headers[0]?.height !== height) return 'broken-chain'
  let expected = block
  for (const [at, header] of headers.entries()) {
    if (header.epochId !== epoch.id) return 'other-epoch'
    if (at > 0 && header.parentDigest !== expected) return 'broken-chain'
    const digest = headerDigest(header)
    if (at === 0 && digest !== block) return 'broken-chain'
    expected = digest
  }
  return expected === finality.digest ? undefined : 'broken-chain'
}
