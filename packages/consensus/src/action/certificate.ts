import type { Outcome, Verify } from '../certificate/certificate.ts'
import { SIGNATURE_MAX_BYTES } from '../certificate/certificate.ts'
import { decode, Writer } from '../certificate/codec.ts'
import { VALIDATORS_MAX } from '../certificate/epoch.ts'
import { type Approval, tally } from './approval.ts'
import { type ElectorateFault, electorateOf, Scope, type Seating } from './electorate.ts'
import {
  checkMotion,
  classOf,
  type Motion,
  type MotionContext,
  type MotionFault,
  readMotion,
  writeMotion
} from './motion.ts'

/** What somebody says is a certificate for an action: nothing in it is checked. */
export interface ActionClaim {
  readonly motion: Motion
  readonly scope: Scope
  /** Who approves, with its signature. */
  readonly approvals: readonly { readonly validator: number; readonly signature: Uint8Array }[]
}

/** Where a claim is to hold. */
export interface ActionContext extends MotionContext {
  readonly seating: Seating
  /** The operator agrees: where no fault is tolerated, that is needed for dangerous actions. */
  readonly operatorAgrees: boolean
}

/** Why an action isn't allowed. */
export type ActionFault =
  | MotionFault
  | ElectorateFault
  | 'operator-needed'
  | 'too-many-approvals'
  | 'too-little-approval'

/**
 * An action is allowed. {@link ActionCertificate.verify} is the only way to one. Whether and when it
 * happens is for the engine to decide.
 */
export class ActionCertificate implements ActionClaim {
  readonly motion: Motion
  readonly scope: Scope
  readonly approvals: ActionClaim['approvals']
  /** Validators that approve, ascending. */
  readonly approvers: readonly number[]

  private constructor(claim: ActionClaim, approvers: readonly number[]) {
    this.motion = claim.motion
    this.scope = claim.scope
    this.approvals = claim.approvals
    this.approvers = approvers
  }

  /** Checks, cheap before dear: the motion, its electorate, distinct approvers with enough power. */
  static verify(
    claim: ActionClaim,
    context: ActionContext,
    verify: Verify
  ): Outcome<ActionCertificate, ActionFault> {
    const { motion, scope, approvals } = claim
    const { seating } = context
    const checked = checkMotion(motion, context)
    if (!checked.ok) return checked
    const kind = classOf(motion.kind)
    if (kind === 'A') return { ok: true, value: new ActionCertificate(claim, []) }
    const isDangerous = kind === 'D' || kind === 'E'
    if (isDangerous && seating.epoch.isFragile() && !context.operatorAgrees) {
      return { ok: false, fault: 'operator-needed' }
    }
    const electorate = electorateOf(motion, scope, seating)
    if (!electorate.ok) return electorate
    if (approvals.length > electorate.value.powers.size) {
      return { ok: false, fault: 'too-many-approvals' }
    }
    const words = approvals.map(
      ({ validator, signature }): Approval => ({ motion, approves: true, validator, signature })
    )
    const { state, approvers } = tally(seating.epoch, electorate.value, motion, words, verify)
    if (state !== 'approved') return { ok: false, fault: 'too-little-approval' }
    return { ok: true, value: new ActionCertificate(claim, approvers) }
  }
}

/** Canonical bytes of a claim, as a block's item carries it. */
export function encodeActionClaim(claim: ActionClaim): Uint8Array {
  const writer = new Writer()
  writeMotion(writer, claim.motion)
  writer.u8(claim.scope)
  writer.list(claim.approvals, ({ validator, signature }) => writer.u32(validator).blob(signature))
  return writer.finish()
}

/** Decodes a claim; `null` for malformed bytes. Nothing is verified. */
export function decodeActionClaim(bytes: Uint8Array): ActionClaim | null {
  return decode(bytes, reader => {
    const motion = readMotion(reader)
    const scope = reader.u8() as Scope
    const approvals = reader.list(VALIDATORS_MAX, () => ({
      validator: reader.u32(),
      signature: reader.blob(SIGNATURE_MAX_BYTES)
    }))
    const isScope = scope >= Scope.near && scope <= Scope.all
    return reader.check({ motion, scope, approvals }, isScope)
  })
}
