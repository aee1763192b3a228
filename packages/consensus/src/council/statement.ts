import {
  bytesToHex,
  Domain,
  decodeGovernanceStatement,
  GovernanceStatement,
  openEnvelope,
  Subject,
  SuiteId,
  signingContext
} from '@torusmesh/protocol'
import { decodeSaid, encodeSaid, type Said } from './said.ts'
import type { CouncilPorts, CouncilTerms } from './terms.ts'

/** A member's statement whose form and signature are good. */
export interface OpenedStatement {
  /** Member id in hexadecimal. */
  readonly speaker: string
  readonly said: Said
  /** When it was said, and until when it can be ordered: mesh time. */
  readonly atMs: number
  readonly untilMs: number
}

/** The same by the speaker's own clock: Unix ms. */
export type SealedStatement = Pick<OpenedStatement, 'speaker' | 'said'> & {
  readonly issuedMs: number
  readonly expiresMs: number
}

/** The payload of a statement's envelope. */
export function governancePayload(said: Said): Uint8Array {
  return GovernanceStatement.encode({ said: encodeSaid(said) }).finish()
}

/** Why an envelope is no statement of a member. */
export type StatementFault = 'bad-statement' | 'unknown-member' | 'bad-signature'

/**
 * Opens an envelope without a clock: a block that holds it is judged the same now and in ten years.
 * Whether it came too late is for the state it meets.
 *
 * @param keyOf - identity key of a member, in bytes
 */
export function openStatement(
  envelope: Uint8Array,
  { network, env }: Pick<CouncilTerms, 'network' | 'env'>,
  keyOf: (member: string) => Uint8Array | undefined,
  ports: CouncilPorts
): SealedStatement | StatementFault {
  const scope = { network, env, subject: Subject.governance }
  const opened = openEnvelope(envelope, { ...scope, nowMs: 0, maxSkewMs: Infinity })
  if (!opened.ok || opened.envelope.suite !== SuiteId.mlDsa65) return 'bad-statement'
  const { sender, payload, statement, signature, issuedMs, expiresMs } = opened.envelope
  const decoded = decodeGovernanceStatement(payload)
  const said = decoded.ok ? decodeSaid(decoded.value.said) : null
  if (said === null) return 'bad-statement'
  const speaker = bytesToHex(sender)
  const key = keyOf(speaker)
  if (key === undefined) return 'unknown-member'
  const context = signingContext(Domain.governance, env)
  if (!ports.verify(key, statement, signature, context)) return 'bad-signature'
  return { speaker, said, issuedMs, expiresMs }
}
