import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from './bytes.ts'
import { Env, envName } from './env.ts'
import { type Subject, subjectName } from './subject.ts'

/**
 * One tag per purpose of a signature or a tagged hash. All signable byte strings of the project are
 * built from these, here: a signature for one purpose is none for another.
 */
export const Domain = {
  health: 'torusmesh/v1/health',
  digest: 'torusmesh/v1/digest',
  weights: 'torusmesh/v1/weights',
  upgrade: 'torusmesh/v1/upgrade',
  vote: 'torusmesh/v1/vote',
  governance: 'torusmesh/v1/governance',
  evidence: 'torusmesh/v1/evidence',
  nodeRecord: 'torusmesh/v1/node-record',
  enrolment: 'torusmesh/v1/enrolment',
  join: 'torusmesh/v1/join',
  checkpoint: 'torusmesh/v1/checkpoint',
  approval: 'torusmesh/v1/approval',
  manifest: 'torusmesh/v1/manifest',
  memberId: 'torusmesh/v1/member-id',
  genesis: 'torusmesh/v1/genesis',
  invite: 'torusmesh/v1/invite',
  draw: 'torusmesh/v1/draw',
  beat: 'torusmesh/v1/beat',
  falconNonce: 'torusmesh/v1/falcon-nonce'
} as const
export type Domain = (typeof Domain)[keyof typeof Domain]

const CONTEXTS: ReadonlyMap<Domain, readonly Uint8Array[]> = new Map(
  Object.values(Domain).map(domain => [
    domain,
    Object.values(Env).map(env => utf8(`${domain}@${envName(env)}`))
  ])
)

/**
 * The context of a signature: purpose and environment, e.g. `torusmesh/v1/health@mainnet`, at most
 * 255 bytes. ML-DSA takes it as its context (FIPS 204, section 5.2); other suites prefix it.
 */
export function signingContext(domain: Domain, env: Env): Uint8Array {
  return CONTEXTS.get(domain)![env]!
}

/** The domain of a subject's statements. */
export function subjectDomain(subject: Subject): Domain {
  return Domain[subjectName(subject)]
}

/**
 * What a suite without contexts of its own signs: length of the context (one byte), context, message.
 * Also what the Ed25519 peer key signs.
 */
export function withContext(context: Uint8Array, message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(1 + context.length + message.length)
  framed[0] = context.length
  framed.set(context, 1)
  framed.set(message, 1 + context.length)
  return framed
}

/** SHA-256 over the domain (length-prefixed) and parts of fixed lengths. */
export function taggedHash(domain: Domain, ...parts: readonly Uint8Array[]): Uint8Array {
  return sha256(withContext(utf8(domain), concatBytes(...parts)))
}
