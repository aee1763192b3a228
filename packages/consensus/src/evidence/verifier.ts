import {
  Certificate,
  type CertificateClaim,
  type Outcome,
  type Verify
} from '../certificate/certificate.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { Kind } from '../certificate/statement.ts'
import { isSigned, type Vote } from '../certificate/vote.ts'
import { checkJustification, headerDigest } from '../engine/header.ts'
import type { Evidence, Rule } from './evidence.ts'

/** Why evidence convicts nobody. */
export type EvidenceFault =
  | 'foreign-epoch'
  | 'not-member'
  | 'not-one-validator'
  | 'not-leader'
  | 'no-contradiction'
  | 'bad-signature'

/** The kinds of the two votes, in either order, and whether they must be about different blocks. */
const PAIRS: Readonly<Record<Exclude<Rule, 'E4'>, readonly (readonly [Kind, Kind])[]>> = {
  E0: [[Kind.propose, Kind.propose]],
  E1: [[Kind.notarize, Kind.notarize]],
  E2: [[Kind.nullify, Kind.finalize]],
  E3: [
    [Kind.finalize, Kind.finalize],
    [Kind.closing, Kind.closing],
    [Kind.opening, Kind.opening]
  ],
  E5: [[Kind.notarize, Kind.finalize]]
}

/**
 * Convicts one validator or nobody. It sees messages and the epoch's keys only: anybody can check, at
 * any time, without having been there.
 *
 * @returns the index of the faulty validator
 */
export function verifyEvidence(
  epoch: Epoch,
  evidence: Evidence,
  verify: Verify
): Outcome<number, EvidenceFault> {
  const { a } = evidence
  if (a.epochId !== epoch.id) return { ok: false, fault: 'foreign-epoch' }
  if (epoch.powerAt(a.validator) === undefined) return { ok: false, fault: 'not-member' }
  const fault =
    evidence.rule === 'E4'
      ? unjustifiedFault(epoch, evidence, verify)
      : pairFault(epoch, evidence.rule, a, evidence.b)
  if (fault !== null) return { ok: false, fault }
  const votes = evidence.rule === 'E4' ? [a] : [a, evidence.b]
  if (!votes.every(vote => isSigned(epoch, vote, verify)))
    return { ok: false, fault: 'bad-signature' }
  return { ok: true, value: a.validator }
}

function pairFault(
  epoch: Epoch,
  rule: Exclude<Rule, 'E4'>,
  a: Vote,
  b: Vote
): EvidenceFault | null {
  if (b.epochId !== epoch.id) return 'foreign-epoch'
  if (a.validator !== b.validator) return 'not-one-validator'
  if (rule === 'E0' && epoch.leader(a.view) !== a.validator) return 'not-leader'
  const isPair = PAIRS[rule].some(
    ([first, second]) =>
      (a.kind === first && b.kind === second) || (a.kind === second && b.kind === first)
  )
  const isContradiction = isPair && a.view === b.view && a.digest !== b.digest
  return isContradiction ? null : 'no-contradiction'
}

function unjustifiedFault(
  epoch: Epoch,
  { a, header }: Extract<Evidence, { rule: 'E4' }>,
  verify: Verify
): EvidenceFault | null {
  const isVouched = a.kind === Kind.notarize || a.kind === Kind.finalize
  const isNamed = isVouched && a.digest === headerDigest(header)
  if (!isNamed || header.epochId !== epoch.id) return 'no-contradiction'
  const check = (claim: CertificateClaim): Outcome<Certificate, string> =>
    Certificate.verify(epoch, claim, verify)
  return checkJustification(header, epoch, check).ok ? 'no-contradiction' : null
}
