import { concatBytes, utf8 } from '../bytes.ts'
import { decodeMessage, type MessageRules } from '../decode/decode.ts'
import { hasBytes } from '../decode/rules.ts'
import { Domain, withContext } from '../domains.ts'
import type { Env } from '../env.ts'
import {
  ENROLMENT_MAX_BYTES,
  GENESIS_MAX_BYTES,
  INVITE_SECRET_BYTES,
  RECORD_MAX_BYTES,
  RECORDS_PER_ANSWER_MAX,
  REQUEST_MAX_BYTES,
  SIGNATURE_MAX_BYTES
} from '../limits.ts'
import { JoinRequest, JoinResponse } from '../messages.ts'
import type { Checked } from '../reject.ts'
import type { Attestor, Verifier } from '../suites/attestation.ts'
import { inviteHash } from './enrolment.ts'
import { identitySuite, type KeySet, keySetOf, memberId } from './member.ts'

/** Why an inviter turns a newcomer away; `none` says it doesn't. The numbers are on the wire. */
export const JoinRefusal = {
  none: 0,
  unknownInvite: 1,
  expiredInvite: 2,
  usedInvite: 3,
  badRequest: 4,
  meshFull: 5,
  closed: 6
} as const
export type JoinRefusal = (typeof JoinRefusal)[keyof typeof JoinRefusal]

/** A request to join whose keys are complete; that the newcomer holds them is for {@link verifyJoinRequest}. */
export interface OpenedJoinRequest {
  /** 16 bytes. */
  readonly secret: Uint8Array
  /** Hash of the secret, as an enrolment names it. */
  readonly invite: Uint8Array
  readonly keys: KeySet
  /** The newcomer's id. */
  readonly member: Uint8Array
  readonly possession: Uint8Array
}

/** Which mesh a newcomer asks to join. */
export interface JoinScope {
  readonly network: string
  readonly env: Env
}

/** Network (length-prefixed), invite, then the keys, whose lengths are fixed by their suites. */
function possessionMessage(network: string, invite: Uint8Array, keys: KeySet): Uint8Array {
  return withContext(utf8(network), concatBytes(invite, keys.identity, keys.report, keys.peer))
}

/** Encodes a request that redeems an invite, with proof that the newcomer holds the identity key. */
export async function signJoinRequest(
  secret: Uint8Array,
  keys: KeySet,
  { network, env }: JoinScope,
  identity: Attestor
): Promise<Uint8Array> {
  const message = possessionMessage(network, inviteHash(secret), keys)
  const possession = await identity.signAttestation(message, Domain.join, env)
  return JoinRequest.encode({ inviteSecret: secret, keys, possession }).finish()
}

const requestRules: MessageRules<JoinRequest> = {
  type: JoinRequest,
  maxBytes: REQUEST_MAX_BYTES,
  isValid: ({ inviteSecret, possession }) =>
    inviteSecret.length === INVITE_SECRET_BYTES && possession.length > 0
}

/** Opens a request with all checks but the signature's. */
export function openJoinRequest(bytes: Uint8Array, env: Env): Checked<OpenedJoinRequest> {
  const decoded = decodeMessage(bytes, requestRules)
  if (!decoded.ok) return decoded
  const { inviteSecret: secret, possession } = decoded.value
  const keys = keySetOf(decoded.value.keys, env)
  if (keys === undefined) return { ok: false, code: 'malformed' }
  const member = memberId(keys)
  return { ok: true, value: { secret, invite: inviteHash(secret), keys, member, possession } }
}

/** Whether the newcomer holds the identity key it names. */
export function verifyJoinRequest(
  { invite, keys, possession }: OpenedJoinRequest,
  { network, env }: JoinScope,
  verifier: Verifier
): boolean | Promise<boolean> {
  return verifier.verifyAttestation({
    suite: identitySuite(keys.identity, env)!,
    publicKey: keys.identity,
    message: possessionMessage(network, invite, keys),
    signature: possession,
    domain: Domain.join,
    env
  })
}

const REFUSAL_MAX: number = JoinRefusal.closed

const responseRules: MessageRules<JoinResponse> = {
  type: JoinResponse,
  maxBytes: GENESIS_MAX_BYTES + RECORDS_PER_ANSWER_MAX * RECORD_MAX_BYTES + REQUEST_MAX_BYTES,
  isValid: ({ refused, enrolment, enrolmentSignature, genesis, records }) =>
    refused === JoinRefusal.none
      ? [enrolment, enrolmentSignature, genesis, records].every(({ length }) => length > 0) &&
        enrolment.length <= ENROLMENT_MAX_BYTES &&
        enrolmentSignature.length <= SIGNATURE_MAX_BYTES &&
        records.length <= RECORDS_PER_ANSWER_MAX &&
        records.every(record => hasBytes(record, RECORD_MAX_BYTES))
      : refused <= REFUSAL_MAX
}

/** Decodes the answer to a request: a refusal, or enrolment, genesis and the records that lead to the inviter, each to be opened. */
export function decodeJoinResponse(bytes: Uint8Array): Checked<JoinResponse> {
  return decodeMessage(bytes, responseRules)
}
