import { equalBytes } from '../bytes.ts'
import { decodeMessage, type MessageRules } from '../decode/decode.ts'
import { areAddresses, hasBytes, isCount } from '../decode/rules.ts'
import { Domain, signingContext, withContext } from '../domains.ts'
import type { Env } from '../env.ts'
import { ProtocolError } from '../errors.ts'
import { CLOCK_SKEW_MAX_MS, RECORD_LIFETIME_MAX_MS, RECORD_MAX_BYTES } from '../limits.ts'
import { NodeRecord, SignedNodeRecord } from '../messages.ts'
import type { Checked } from '../reject.ts'
import type { Attestor, Verifier } from '../suites/attestation.ts'
import { SUITES } from '../suites/suite.ts'
import {
  type OpenedEnrolment,
  openEnrolment,
  type SignedEnrolment,
  verifyEnrolment
} from './enrolment.ts'
import { identitySuite, type KeySet, keySetOf, memberId, PEER_SIGNATURE_BYTES } from './member.ts'

/** What a node states of itself. */
export interface NodeRecordInit {
  readonly network: string
  readonly env: Env
  readonly keys: KeySet
  readonly cell: number
  /** Multiaddrs, at most 8 of at most 128 bytes. */
  readonly addresses: readonly string[]
  /** A higher one replaces a lower one. */
  readonly sequence: number
  readonly issuedMs: number
  /** At most `RECORD_LIFETIME_MAX_MS` later. */
  readonly expiresMs: number
  /** How the member came in; left out by founders. */
  readonly enrolment?: SignedEnrolment
}

/** A record whose contents agree with each other. Byte fields are views of what was received. */
export interface OpenedNodeRecord {
  readonly network: string
  readonly env: Env
  /** Member id, 32 bytes. */
  readonly member: Uint8Array
  readonly keys: KeySet
  readonly cell: number
  readonly addresses: readonly string[]
  readonly sequence: number
  readonly issuedMs: number
  readonly expiresMs: number
  /** Undefined for founders: that the genesis file names the member is then the caller's to check. */
  readonly enrolment: OpenedEnrolment | undefined
  readonly enrolmentSignature: Uint8Array
  /** The signed bytes, as received. */
  readonly signed: Uint8Array
  readonly identitySignature: Uint8Array
  readonly peerSignature: Uint8Array
  /** The whole record as received, to pass on. */
  readonly bytes: Uint8Array
}

const VERIFIED: unique symbol = Symbol('verified')

/** A record whose signatures hold. Only {@link verifyNodeRecord} makes one. */
export interface VerifiedNodeRecord extends OpenedNodeRecord {
  readonly [VERIFIED]: true
}

/** Signs with the libp2p key. */
export type PeerSigner = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>
/** Verifies an Ed25519 signature (64 bytes) under a raw public key (32 bytes). */
export type PeerVerifier = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array
) => boolean | Promise<boolean>

/** Who signs a record, and the size of the torus it is for. */
export interface RecordSigners {
  readonly identity: Attestor
  readonly signPeer: PeerSigner
  readonly cells: number
}

const NO_BYTES = new Uint8Array(0)

/** What the peer key signs: Ed25519 has no contexts, so purpose and environment are prefixed. */
function peerSignable(record: Uint8Array, env: Env): Uint8Array {
  return withContext(signingContext(Domain.nodeRecord, env), record)
}

/**
 * Encodes a record and has both keys sign it: the identity that it is meant, the peer that it agrees.
 *
 * @returns an encoded SignedNodeRecord
 * @throws ProtocolError `bad-argument` for a record that everybody would refuse
 */
export async function signNodeRecord(
  init: NodeRecordInit,
  { identity, signPeer, cells }: RecordSigners
): Promise<Uint8Array> {
  const { env, enrolment } = init
  const record = NodeRecord.encode({
    network: init.network,
    env,
    keys: init.keys,
    cell: init.cell,
    addresses: [...init.addresses],
    sequence: init.sequence,
    issuedMs: init.issuedMs,
    expiresMs: init.expiresMs,
    enrolment: enrolment?.enrolment ?? NO_BYTES,
    enrolmentSignature: enrolment?.signature ?? NO_BYTES
  }).finish()
  const identitySignature = await identity.signAttestation(record, Domain.nodeRecord, env)
  const peerSignature = await signPeer(peerSignable(record, env))
  const bytes = SignedNodeRecord.encode({ record, identitySignature, peerSignature }).finish()
  const { network, issuedMs: nowMs } = init
  const opened = openNodeRecord(bytes, { network, env, cells, nowMs })
  if (opened.ok) return bytes
  throw new ProtocolError('bad-argument', `everybody would refuse this node record: ${opened.code}`)
}

const signedRules: MessageRules<SignedNodeRecord> = {
  type: SignedNodeRecord,
  maxBytes: RECORD_MAX_BYTES,
  isValid: ({ record, identitySignature, peerSignature }) =>
    record.length > 0 &&
    identitySignature.length > 0 &&
    peerSignature.length === PEER_SIGNATURE_BYTES
}

const recordRules: MessageRules<NodeRecord> = {
  type: NodeRecord,
  maxBytes: RECORD_MAX_BYTES,
  isValid: ({ addresses, sequence, issuedMs, expiresMs }) =>
    areAddresses(addresses) &&
    isCount(sequence) &&
    isCount(issuedMs) &&
    isCount(expiresMs) &&
    issuedMs < expiresMs
}

/** The mesh a record must be for, and when. */
export interface OpenRecordOptions {
  readonly network: string
  readonly env: Env
  /** How many cells the torus has. */
  readonly cells: number
  readonly nowMs: number
  /** How far the signer's clock may be ahead; `CLOCK_SKEW_MAX_MS` if left out. */
  readonly maxSkewMs?: number
}

/** Opens a record with all checks but the signatures'. Never throws on bytes from outside. */
export function openNodeRecord(
  bytes: Uint8Array,
  options: OpenRecordOptions
): Checked<OpenedNodeRecord> {
  const outer = decodeMessage(bytes, signedRules)
  if (!outer.ok) return outer
  const { record: signed, identitySignature, peerSignature } = outer.value
  const inner = decodeMessage(signed, recordRules)
  if (!inner.ok) return inner
  const { network, cell, addresses, sequence, issuedMs, expiresMs } = inner.value
  const { env, nowMs, maxSkewMs = CLOCK_SKEW_MAX_MS } = options
  if (network !== options.network) return { ok: false, code: 'foreign-network' }
  if (inner.value.env !== env) return { ok: false, code: 'foreign-env' }
  const keys = keySetOf(inner.value.keys, env)
  if (keys === undefined) return { ok: false, code: 'malformed' }
  const suite = SUITES[identitySuite(keys.identity, env)!]
  if (!hasBytes(identitySignature, suite.maxSignatureBytes)) return { ok: false, code: 'malformed' }
  if (cell >= options.cells) return { ok: false, code: 'wrong-cell' }
  if (expiresMs - issuedMs > RECORD_LIFETIME_MAX_MS) return { ok: false, code: 'lifetime-too-long' }
  if (expiresMs <= nowMs) return { ok: false, code: 'expired' }
  if (issuedMs > nowMs + maxSkewMs) return { ok: false, code: 'issued-in-future' }
  const member = memberId(keys)
  const enrolled = openEnrolmentOf(inner.value, member, options)
  if (!enrolled.ok) return enrolled
  const stated = { network, env, member, keys, cell, addresses, sequence, issuedMs, expiresMs }
  const enrolment = enrolled.value
  const { enrolmentSignature } = inner.value
  const proof = { enrolment, enrolmentSignature, signed, identitySignature, peerSignature, bytes }
  return { ok: true, value: { ...stated, ...proof } }
}

/** A founder's record has no enrolment; any other's is for this member and this cell. */
function openEnrolmentOf(
  record: NodeRecord,
  member: Uint8Array,
  options: OpenRecordOptions
): Checked<OpenedEnrolment | undefined> {
  if (record.enrolment.length === 0) {
    const isBare = record.enrolmentSignature.length === 0
    return isBare ? { ok: true, value: undefined } : { ok: false, code: 'malformed' }
  }
  const opened = openEnrolment(record.enrolment, options)
  if (!opened.ok) return opened
  if (!equalBytes(opened.value.member, member)) return { ok: false, code: 'malformed' }
  return opened.value.cell === record.cell ? opened : { ok: false, code: 'wrong-cell' }
}

/**
 * Checks all signatures of an opened record: the peer's, the inviter's if there is one, the identity's.
 * That founders stand in the genesis file and inviters are members is left to the caller.
 */
export async function verifyNodeRecord(
  record: OpenedNodeRecord,
  verifiers: { readonly verifier: Verifier; readonly verifyPeer: PeerVerifier }
): Promise<Checked<VerifiedNodeRecord>> {
  const { keys, env, signed, enrolment } = record
  const { verifier, verifyPeer } = verifiers
  const refused = { ok: false, code: 'bad-signature' } as const
  if (!(await verifyPeer(keys.peer, peerSignable(signed, env), record.peerSignature)))
    return refused
  const isEnrolled =
    enrolment === undefined ||
    (await verifyEnrolment(enrolment, record.enrolmentSignature, verifier))
  if (!isEnrolled) return refused
  const isSigned = await verifier.verifyAttestation({
    suite: identitySuite(keys.identity, env)!,
    publicKey: keys.identity,
    message: signed,
    signature: record.identitySignature,
    domain: Domain.nodeRecord,
    env
  })
  return isSigned ? { ok: true, value: { ...record, [VERIFIED]: true } } : refused
}
