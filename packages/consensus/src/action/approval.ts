import type { Outcome, Verify } from '../certificate/certificate.ts'
import { SIGNATURE_MAX_BYTES } from '../certificate/certificate.ts'
import type { Reader, Writer } from '../certificate/codec.ts'
import type { Epoch } from '../certificate/epoch.ts'
import { Kind } from '../certificate/statement.ts'
import type { Electorate } from './electorate.ts'
import { type Motion, motionDigest, readMotion, writeMotion } from './motion.ts'

/** One validator's signed word about a motion. */
export interface Approval {
  readonly motion: Motion
  readonly approves: boolean
  /** Index in the epoch's set. */
  readonly validator: number
  readonly signature: Uint8Array
}

/** Two different signed words of one validator about one motion. */
export interface ApprovalEvidence {
  readonly a: Approval
  readonly b: Approval
}

/** What approvals add up to. `blocked` can't become approved any more: ask the next scope. */
export interface Tally {
  readonly state: 'approved' | 'open' | 'blocked'
  readonly approvedPower: number
  /** Validators that approve, ascending. */
  readonly approvers: readonly number[]
  /** Who contradicts itself counts for none. */
  readonly evidence: readonly ApprovalEvidence[]
}

/** The bytes that an approval signs: 1 approves, 0 refuses. */
export function approvalStatement(epoch: Epoch, motion: Motion, approves: boolean): Uint8Array {
  return epoch.statement(Kind.approval, approves ? 1 : 0, motionDigest(motion))
}

/**
 * Counts approvals of a motion. Strangers and bad signatures are passed over; a validator that signed
 * two different things about the motion's id counts for none, in whatever order they come.
 */
export function tally(
  epoch: Epoch,
  electorate: Electorate,
  motion: Motion,
  approvals: Iterable<Approval>,
  verify: Verify
): Tally {
  const words = new Map<number, Approval>()
  const evidence = new Map<number, ApprovalEvidence>()
  for (const approval of approvals) {
    const { validator } = approval
    if (!electorate.powers.has(validator) || evidence.has(validator)) continue
    if (approval.motion.id !== motion.id) continue
    const before = words.get(validator)
    if (before !== undefined && isSame(before, approval)) continue
    const statement = approvalStatement(epoch, approval.motion, approval.approves)
    if (!verify(validator, statement, approval.signature)) continue
    if (before === undefined) words.set(validator, approval)
    else evidence.set(validator, { a: before, b: approval })
  }
  const digest = motionDigest(motion)
  const approvers: number[] = []
  let approvedPower = 0
  let lostPower = 0
  for (const [validator, word] of words) {
    const power = electorate.powers.get(validator)!
    const isFor = word.approves && motionDigest(word.motion) === digest
    if (evidence.has(validator) || !isFor) lostPower += power
    else {
      approvers.push(validator)
      approvedPower += power
    }
  }
  let present = 0
  for (const power of electorate.powers.values()) present += power
  const isBlocked = present - lostPower < electorate.needed
  const isApproved = approvedPower >= electorate.needed
  return {
    state: isApproved ? 'approved' : isBlocked ? 'blocked' : 'open',
    approvedPower,
    approvers: approvers.sort((a, b) => a - b),
    evidence: [...evidence.values()]
  }
}

/** Checks evidence against an approver with keys alone; gives its index. */
export function verifyApprovalEvidence(
  epoch: Epoch,
  { a, b }: ApprovalEvidence,
  verify: Verify
): Outcome<number, 'no-contradiction' | 'not-member' | 'bad-signature'> {
  const isPair = a.validator === b.validator && a.motion.id === b.motion.id && !isSame(a, b)
  if (!isPair) return { ok: false, fault: 'no-contradiction' }
  if (epoch.powerAt(a.validator) === undefined) return { ok: false, fault: 'not-member' }
  const isSigned = [a, b].every(({ motion, approves, validator, signature }) =>
    verify(validator, approvalStatement(epoch, motion, approves), signature)
  )
  return isSigned ? { ok: true, value: a.validator } : { ok: false, fault: 'bad-signature' }
}

/** Writes an approval's canonical bytes. */
export function writeApproval(writer: Writer, approval: Approval): void {
  writeMotion(writer, approval.motion)
  writer
    .u8(approval.approves ? 1 : 0)
    .u32(approval.validator)
    .blob(approval.signature)
}

/** Reads what {@link writeApproval} wrote. */
export function readApproval(reader: Reader): Approval {
  const motion = readMotion(reader)
  const word = reader.u8()
  const approves = reader.check(word === 1, word <= 1)
  return { motion, approves, validator: reader.u32(), signature: reader.blob(SIGNATURE_MAX_BYTES) }
}

function isSame(a: Approval, b: Approval): boolean {
  return a.approves === b.approves && motionDigest(a.motion) === motionDigest(b.motion)
}
