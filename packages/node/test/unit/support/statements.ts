import {
  DigestStatement,
  Env,
  Envelope,
  HealthStatement,
  mockSuite,
  SHORT_ID_BYTES,
  Statement,
  type StatementInit,
  Subject,
  SuiteId,
  signingContext,
  subjectDomain
} from '@torusmesh/protocol'
import type { Member } from '../../../src/overlay/directory.ts'
import { type Actor, NETWORK, NOW_MS } from './world.ts'

let sequence = 0

/** Seals whatever it is told to, also what `sealEnvelope` would refuse. */
export function seal(actor: Actor, given: Partial<StatementInit> = {}): Uint8Array {
  const init: StatementInit = {
    ...{ network: NETWORK, env: Env.dev, subject: Subject.health, sender: actor.member.id },
    ...{ sequence: ++sequence, issuedMs: NOW_MS, expiresMs: NOW_MS + 60_000 },
    payload: report(),
    ...given
  }
  const statement = Statement.encode(init).finish()
  const context = signingContext(subjectDomain(init.subject), init.env)
  const signature = mockSuite.sign(actor.reportKeys.secretKey, statement, context)
  return Envelope.encode({ statement, suite: SuiteId.mock, signature }).finish()
}

/** The same statement under another signature. */
export function forgedTwin(envelope: Uint8Array): Uint8Array {
  const { statement, suite, signature } = Envelope.decode(envelope)
  // Of a Buffer, slice() would be a view.
  const forged = Uint8Array.from(signature)
  forged[0]! ^= 1
  return Envelope.encode({ statement, suite, signature: forged }).finish()
}

export const shortIds = (watchers: readonly Member[]): Uint8Array =>
  Buffer.concat(watchers.map(({ id }) => id.subarray(0, SHORT_ID_BYTES)))

export const report = (watchers: readonly Member[] = [], incarnation = 1): Uint8Array =>
  HealthStatement.encode({
    report: { incarnation, uptimeMs: 1_000, specVersion: 1, watchers: shortIds(watchers) }
  }).finish()

export const accusation = (accused: Member, incarnation = 1): Uint8Array =>
  HealthStatement.encode({
    accusation: { accused: accused.id, incarnation, silentMs: 3_000 }
  }).finish()

export const refutation = (incarnation: number): Uint8Array =>
  HealthStatement.encode({ refutation: { incarnation } }).finish()

export const uptime = (member: Member): Uint8Array =>
  HealthStatement.encode({
    uptime: { member: member.id, epoch: 3, heardS: 10, watchedS: 20 }
  }).finish()

export const down = (reported: Uint8Array, accusations: Uint8Array[]): Uint8Array =>
  DigestStatement.encode({ down: { report: reported, accusations } }).finish()

export const returned = (incarnation: number): Uint8Array =>
  DigestStatement.encode({ returned: { incarnation } }).finish()

export const left = (incarnation: number): Uint8Array =>
  DigestStatement.encode({ left: { incarnation } }).finish()

export const cellDigest = (cell: number): Uint8Array =>
  DigestStatement.encode({ digest: { cell, epoch: 1 } }).finish()
