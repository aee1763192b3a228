import { Domain, type Env, signingContext, taggedHash, utf8 } from '@torusmesh/protocol'
import { type Digest, putDigest, putU64, toDigest } from './codec.ts'

/**
 * What a validator's signature says. The numbers are signed and never reused. `opening` and `closing`
 * are the new and the old set's word for the checkpoint between two epochs; `approval` is about an
 * action, see `action/`.
 */
export const Kind = {
  propose: 1,
  notarize: 2,
  nullify: 3,
  finalize: 4,
  closing: 5,
  opening: 6,
  approval: 7
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** The kinds that a certificate is made of. */
export type CertificateKind = Exclude<Kind, typeof Kind.propose | typeof Kind.approval>

/** One tag per kind of hashed bytes, so that none can stand for another. */
export const Hashed = {
  epoch: 1,
  header: 2,
  body: 3,
  plan: 4,
  checkpoint: 5,
  motion: 6,
  commitment: 7,
  beacon: 8
} as const
export type Hashed = (typeof Hashed)[keyof typeof Hashed]

const EPOCH_AT = 1
const VIEW_AT = 33
const DIGEST_AT = 41
/** Length of a statement in bytes: kind 1, epoch 32, view 8, digest 32. */
export const STATEMENT_BYTES = 73
/** How much of the epoch id the context carries: its first 16 bytes, as 32 characters. */
const CONTEXT_ID_CHARS = 32

/** Digest of canonical bytes. */
export function digestOf(tag: Hashed, bytes: Uint8Array): Digest {
  return toDigest(taggedHash(Domain.vote, Uint8Array.of(tag), bytes))
}

/**
 * The context of all signatures of an epoch: purpose, environment and epoch. A signature of another
 * epoch is none here, whatever its bytes say (FIPS 204, section 5.2).
 */
export function epochContext(env: Env, epochId: Digest): Uint8Array {
  const purpose = signingContext(Domain.vote, env)
  const epoch = utf8(`/${epochId.slice(0, CONTEXT_ID_CHARS)}`)
  const context = new Uint8Array(purpose.length + epoch.length)
  context.set(purpose)
  context.set(epoch, purpose.length)
  return context
}

/** The bytes that a validator signs: the only signable bytes of this package. */
export function statementBytes(
  epochId: Digest,
  kind: Kind,
  view: number,
  digest: Digest
): Uint8Array {
  const bytes = new Uint8Array(STATEMENT_BYTES)
  bytes[0] = kind
  putDigest(bytes, EPOCH_AT, epochId)
  putU64(bytes, VIEW_AT, view)
  putDigest(bytes, DIGEST_AT, digest)
  return bytes
}
