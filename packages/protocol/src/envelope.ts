import { decodeMessage, type MessageRules } from './decode/decode.ts'
import { hasBytes, isCount, isId } from './decode/rules.ts'
import { subjectDomain } from './domains.ts'
import { type Env, isEnv } from './env.ts'
import { ProtocolError } from './errors.ts'
import { CLOCK_SKEW_MAX_MS, NETWORK_ID_MAX_CHARS } from './limits.ts'
import { Envelope, Statement } from './messages.ts'
import type { RejectCode } from './reject.ts'
import { isSubject, type Subject } from './subject.ts'
import type { Attestor, Urgency, Verifier } from './suites/attestation.ts'
import { isSuiteId, SUITES, type SuiteId } from './suites/suite.ts'
import { isNetworkId, isSuiteAllowed, policyOf } from './topics.ts'

/** What a sender states: who, to which mesh, which time, how long it counts. */
export interface StatementInit {
  readonly network: string
  readonly env: Env
  readonly subject: Subject
  /** Member id, 32 bytes. */
  readonly sender: Uint8Array
  /** Higher than in any statement of this sender and subject before; at least 1. */
  readonly sequence: number
  readonly issuedMs: number
  readonly expiresMs: number
  /** The subject's message, encoded. */
  readonly payload: Uint8Array
}

/** An envelope that passed all checks but the signature's. Byte fields are views of what was received. */
export interface OpenedEnvelope extends StatementInit {
  readonly suite: SuiteId
  /** The signed bytes, as received. */
  readonly statement: Uint8Array
  readonly signature: Uint8Array
}

/** What an envelope is expected to be. */
export interface OpenOptions {
  readonly network: string
  readonly env: Env
  readonly subject: Subject
  readonly nowMs: number
  /** How far the sender's clock may be ahead; {@link CLOCK_SKEW_MAX_MS} if left out. */
  readonly maxSkewMs?: number
}

/** The opened envelope, or why it is dropped. */
export type OpenResult =
  | { readonly ok: true; readonly envelope: OpenedEnvelope }
  | { readonly ok: false; readonly code: RejectCode }

/**
 * Signs a statement and encodes its envelope.
 *
 * @throws ProtocolError `bad-argument` for a statement or suite that every receiver would refuse
 */
export async function sealEnvelope(
  init: StatementInit,
  attestor: Attestor,
  urgency: Urgency = 'routine'
): Promise<Uint8Array> {
  const { subject, env } = init
  const problem = problemOf(init, attestor.suite)
  if (problem !== undefined) throw new ProtocolError('bad-argument', `can't seal: ${problem}`)
  const statement = Statement.encode(init).finish()
  const signature = await attestor.signAttestation(statement, subjectDomain(subject), env, urgency)
  const bytes = Envelope.encode({ statement, suite: attestor.suite, signature }).finish()
  const { maxBytes } = policyOf(subject)
  if (bytes.length > maxBytes) {
    const message = `can't seal: ${bytes.length} bytes; this subject allows ${maxBytes}`
    throw new ProtocolError('bad-argument', message)
  }
  return bytes
}

function problemOf(init: StatementInit, suite: SuiteId): string | undefined {
  const { lifetimeMs } = policyOf(init.subject)
  if (!isNetworkId(init.network)) return 'network is no network id'
  if (!isId(init.sender)) return 'sender has 32 bytes'
  if (!(isCount(init.sequence) && init.sequence > 0)) return 'sequence is an integer from 1'
  if (!(isCount(init.issuedMs) && isCount(init.expiresMs))) return 'times are integer milliseconds'
  if (init.expiresMs <= init.issuedMs) return 'expiresMs comes after issuedMs'
  if (init.expiresMs - init.issuedMs > lifetimeMs) return `it may count for ${lifetimeMs} ms`
  if (init.payload.length === 0) return 'the payload is empty'
  if (!isSuiteAllowed(init.subject, suite, init.env)) return `suite ${suite} isn't allowed here`
  return undefined
}

const envelopeRules: MessageRules<Envelope> = {
  type: Envelope,
  maxBytes: Number.POSITIVE_INFINITY,
  isValid: ({ statement, suite, signature }) =>
    statement.length > 0 && isSuiteId(suite) && hasBytes(signature, SUITES[suite].maxSignatureBytes)
}

const statementRules: MessageRules<Statement> = {
  type: Statement,
  maxBytes: Number.POSITIVE_INFINITY,
  isValid: ({ network, sender, sequence, issuedMs, expiresMs, payload }) =>
    network.length <= NETWORK_ID_MAX_CHARS &&
    isId(sender) &&
    isCount(sequence) &&
    sequence > 0 &&
    isCount(issuedMs) &&
    isCount(expiresMs) &&
    issuedMs < expiresMs &&
    payload.length > 0
}

/**
 * Opens an envelope with the cheap checks, in this order: size, encoding, network, environment,
 * subject, suite, times. The signature is left to {@link verifyEnvelope}, after the replay check and
 * once the sender's key is known. Never throws on bytes from outside.
 */
export function openEnvelope(bytes: Uint8Array, options: OpenOptions): OpenResult {
  const policy = policyOf(options.subject)
  if (bytes.length > policy.maxBytes) return { ok: false, code: 'oversized' }
  const outer = decodeMessage(bytes, envelopeRules)
  if (!outer.ok) return outer
  const { statement, signature } = outer.value
  const suite = outer.value.suite as SuiteId
  const inner = decodeMessage(statement, statementRules)
  if (!inner.ok) return inner
  const { network, env, subject, issuedMs, expiresMs } = inner.value
  if (network !== options.network) return { ok: false, code: 'foreign-network' }
  if (!isEnv(env) || env !== options.env) return { ok: false, code: 'foreign-env' }
  if (!isSubject(subject) || subject !== options.subject)
    return { ok: false, code: 'wrong-subject' }
  if (!isSuiteAllowed(subject, suite, env)) return { ok: false, code: 'suite-not-allowed' }
  if (expiresMs - issuedMs > policy.lifetimeMs) return { ok: false, code: 'lifetime-too-long' }
  if (expiresMs <= options.nowMs) return { ok: false, code: 'expired' }
  if (issuedMs > options.nowMs + (options.maxSkewMs ?? CLOCK_SKEW_MAX_MS)) {
    return { ok: false, code: 'issued-in-future' }
  }
  const { sender, sequence, payload } = inner.value
  const stated = { network, env, subject, sender, sequence, issuedMs, expiresMs, payload }
  return { ok: true, envelope: { ...stated, suite, statement, signature } }
}

/**
 * Checks the signature of an opened envelope.
 *
 * @param publicKey - the sender's key of the envelope's suite, see `keyForSuite`
 */
export function verifyEnvelope(
  envelope: OpenedEnvelope,
  publicKey: Uint8Array,
  verifier: Verifier,
  urgency: Urgency = 'routine'
): boolean | Promise<boolean> {
  const { suite, statement, signature, subject, env } = envelope
  const domain = subjectDomain(subject)
  return verifier.verifyAttestation({
    suite,
    publicKey,
    message: statement,
    signature,
    domain,
    env,
    urgency
  })
}
