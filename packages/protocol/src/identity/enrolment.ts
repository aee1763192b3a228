import { equalBytes } from '../bytes.ts'
import { decodeMessage, type MessageRules } from '../decode/decode.ts'
import { isCount, isId } from '../decode/rules.ts'
import { Domain, taggedHash } from '../domains.ts'
import type { Env } from '../env.ts'
import { ENROLMENT_MAX_BYTES } from '../limits.ts'
import { Enrolment } from '../messages.ts'
import type { Checked } from '../reject.ts'
import type { Attestor, Verifier } from '../suites/attestation.ts'
import { identitySuite, type KeySet, keySetOf, memberId } from './member.ts'

/** An enrolment whose contents agree with each other; whether it is signed is for {@link verifyEnrolment}. */
export interface OpenedEnrolment {
  readonly network: string
  readonly env: Env
  /** Id of the newcomer. */
  readonly member: Uint8Array
  /** Id of the member that vouches; that it is a member is the caller's to check. */
  readonly inviter: Uint8Array
  readonly inviterKeys: KeySet
  /** Hash of the invite's secret, see {@link inviteHash}: each serves once. */
  readonly invite: Uint8Array
  readonly draw: Uint8Array
  readonly cell: number
  readonly enrolledMs: number
  /** The signed bytes, as received. */
  readonly signed: Uint8Array
}

/** What an inviter decides on. */
export interface EnrolmentInit {
  readonly network: string
  readonly env: Env
  readonly member: Uint8Array
  readonly inviterKeys: KeySet
  readonly invite: Uint8Array
  /** 32 random bytes, drawn after the newcomer named its keys. */
  readonly draw: Uint8Array
  /** How many cells the torus has. */
  readonly cells: number
  readonly enrolledMs: number
}

export interface SignedEnrolment {
  readonly enrolment: Uint8Array
  readonly signature: Uint8Array
}

/** What an enrolment keeps of an invite's secret. */
export function inviteHash(secret: Uint8Array): Uint8Array {
  return taggedHash(Domain.invite, secret)
}

const DRAW_BYTES = 6

/**
 * The cell a newcomer gets. It depends on a draw made after the newcomer named its keys, so grinding
 * keys buys no position.
 *
 * @param cells - how many cells the torus has
 */
export function drawnCell(
  draw: Uint8Array,
  member: Uint8Array,
  invite: Uint8Array,
  cells: number
): number {
  const hash = taggedHash(Domain.draw, draw, member, invite)
  let value = 0
  for (let at = 0; at < DRAW_BYTES; at++) value = value * 256 + hash[at]!
  return value % cells
}

/** Enrols a member: computes its cell, encodes the enrolment and signs it with the inviter's identity key. */
export async function signEnrolment(
  init: EnrolmentInit,
  inviter: Attestor
): Promise<SignedEnrolment> {
  const { network, env, member, invite, draw, cells, enrolledMs, inviterKeys } = init
  const enrolment = Enrolment.encode({
    member,
    inviter: memberId(inviterKeys),
    invite,
    draw,
    cell: drawnCell(draw, member, invite, cells),
    enrolledMs,
    inviterKeys,
    network,
    env
  }).finish()
  const signature = await inviter.signAttestation(enrolment, Domain.enrolment, env)
  return { enrolment, signature }
}

const rules: MessageRules<Enrolment> = {
  type: Enrolment,
  maxBytes: ENROLMENT_MAX_BYTES,
  isValid: ({ member, inviter, invite, draw, enrolledMs }) =>
    [member, inviter, invite, draw].every(isId) && isCount(enrolledMs)
}

/** @param options - the mesh it must be for; `cells` is the size of its torus */
export function openEnrolment(
  bytes: Uint8Array,
  options: { readonly network: string; readonly env: Env; readonly cells: number }
): Checked<OpenedEnrolment> {
  const decoded = decodeMessage(bytes, rules)
  if (!decoded.ok) return decoded
  const { network, member, inviter, invite, draw, cell, enrolledMs } = decoded.value
  const { env, cells } = options
  if (network !== options.network) return { ok: false, code: 'foreign-network' }
  if (decoded.value.env !== env) return { ok: false, code: 'foreign-env' }
  const inviterKeys = keySetOf(decoded.value.inviterKeys, env)
  if (inviterKeys === undefined) return { ok: false, code: 'malformed' }
  if (!equalBytes(inviter, memberId(inviterKeys)) || equalBytes(inviter, member)) {
    return { ok: false, code: 'malformed' }
  }
  if (cell !== drawnCell(draw, member, invite, cells)) return { ok: false, code: 'wrong-cell' }
  const who = { network, env, member, inviter, inviterKeys }
  return { ok: true, value: { ...who, invite, draw, cell, enrolledMs, signed: bytes } }
}

/** Whether the inviter's identity key signed the enrolment. */
export function verifyEnrolment(
  enrolment: OpenedEnrolment,
  signature: Uint8Array,
  verifier: Verifier
): boolean | Promise<boolean> {
  const { inviterKeys, env, signed } = enrolment
  return verifier.verifyAttestation({
    suite: identitySuite(inviterKeys.identity, env)!,
    publicKey: inviterKeys.identity,
    message: signed,
    signature,
    domain: Domain.enrolment,
    env
  })
}
