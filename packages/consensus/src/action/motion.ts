import type { Outcome } from '../certificate/certificate.ts'
import { type Digest, decode, type Reader, Writer } from '../certificate/codec.ts'
import { digestOf, Hashed } from '../certificate/statement.ts'

/** How dangerous an action is, and so who must agree. */
export type ActionClass = 'A' | 'B' | 'C' | 'D' | 'E'

/** What can be done, by number on the wire. The class follows from the kind: nobody declares it. */
export const ActionKind = {
  revokeOwnKey: 1,
  restartOwn: 2,
  changeOwn: 3,
  setParameter: 4,
  changeValidators: 5,
  revokeKey: 6,
  halt: 7,
  quarantine: 8,
  rollBack: 9,
  upgrade: 10,
  amend: 11,
  spend: 12,
  pause: 13,
  lowerLimit: 14
} as const
export type ActionKind = (typeof ActionKind)[keyof typeof ActionKind]

const CLASSES: Readonly<Record<ActionKind, ActionClass>> = {
  [ActionKind.revokeOwnKey]: 'A',
  [ActionKind.restartOwn]: 'A',
  [ActionKind.changeOwn]: 'B',
  [ActionKind.setParameter]: 'C',
  [ActionKind.changeValidators]: 'D',
  [ActionKind.revokeKey]: 'D',
  [ActionKind.halt]: 'E',
  [ActionKind.quarantine]: 'E',
  [ActionKind.rollBack]: 'E',
  [ActionKind.upgrade]: 'D',
  [ActionKind.amend]: 'D',
  [ActionKind.spend]: 'D',
  [ActionKind.pause]: 'E',
  [ActionKind.lowerLimit]: 'E'
}

/** The longest an emergency may last, in ms: a day. */
export const EMERGENCY_MAX_MS = 86_400_000
/** The longest a motion may collect approvals, in ms: 30 days. */
export const MOTION_MAX_MS: number = 30 * 86_400_000

/** Something to agree to, bound to the state it was thought for. */
export interface Motion {
  /** Names the motion: whoever says two different things about one name counts for none. */
  readonly id: Digest
  readonly kind: ActionKind
  /** Digest of what exactly is to be done. */
  readonly action: Digest
  readonly policyVersion: number
  /** Root of the state that it is for; in any other state it is void. */
  readonly preState: Digest
  readonly createdMs: number
  /** Approvals count up to here. */
  readonly notAfterMs: number
  /** When the effect ends by itself; `null` for what lasts. An emergency never lasts. */
  readonly untilMs: number | null
}

/** What a motion must fit. */
export interface MotionContext {
  readonly policyVersion: number
  readonly stateRoot: Digest
  readonly nowMs: number
}

/** Why a motion is void, whoever approves it. */
export type MotionFault =
  | 'bad-times'
  | 'not-yet'
  | 'expired'
  | 'wrong-policy'
  | 'wrong-state'
  | 'lasts-too-long'

/** The class of an action. */
export function classOf(kind: ActionKind): ActionClass {
  return CLASSES[kind]
}

/** Digest of a motion: what an approval signs. */
export function motionDigest(motion: Motion): Digest {
  const writer = new Writer()
  writeMotion(writer, motion)
  return digestOf(Hashed.motion, writer.finish())
}

/** Checks a motion by itself: its times, its policy and the state it is for. */
export function checkMotion(motion: Motion, context: MotionContext): Outcome<Motion, MotionFault> {
  const { createdMs, notAfterMs, untilMs } = motion
  const isOrdered = createdMs < notAfterMs && notAfterMs - createdMs <= MOTION_MAX_MS
  if (!isOrdered) return { ok: false, fault: 'bad-times' }
  if (classOf(motion.kind) === 'E' && !(untilMs !== null && isBrief(createdMs, untilMs))) {
    return { ok: false, fault: 'lasts-too-long' }
  }
  if (motion.policyVersion !== context.policyVersion) return { ok: false, fault: 'wrong-policy' }
  if (motion.preState !== context.stateRoot) return { ok: false, fault: 'wrong-state' }
  if (context.nowMs < createdMs) return { ok: false, fault: 'not-yet' }
  const endMs = Math.min(notAfterMs, untilMs ?? notAfterMs)
  if (context.nowMs > endMs) return { ok: false, fault: 'expired' }
  return { ok: true, value: motion }
}

/** Writes a motion's canonical bytes. */
export function writeMotion(writer: Writer, motion: Motion): void {
  writer.digest(motion.id).u8(motion.kind).digest(motion.action)
  writer.u32(motion.policyVersion).digest(motion.preState)
  writer.u64(motion.createdMs).u64(motion.notAfterMs)
  writer.optional(motion.untilMs, untilMs => writer.u64(untilMs))
}

/** Reads what {@link writeMotion} wrote. */
export function readMotion(reader: Reader): Motion {
  const id = reader.digest()
  const kind = reader.u8() as ActionKind
  const action = reader.check(reader.digest(), CLASSES[kind] !== undefined)
  const policyVersion = reader.u32()
  const preState = reader.digest()
  const createdMs = reader.u64()
  const notAfterMs = reader.u64()
  const untilMs = reader.optional(() => reader.u64())
  return { id, kind, action, policyVersion, preState, createdMs, notAfterMs, untilMs }
}

/** Decodes a motion; `null` for malformed bytes. */
export function decodeMotion(bytes: Uint8Array): Motion | null {
  return decode(bytes, readMotion)
}

function isBrief(createdMs: number, untilMs: number): boolean {
  return untilMs > createdMs && untilMs - createdMs <= EMERGENCY_MAX_MS
}
