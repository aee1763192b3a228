import { bytesToHex } from '../bytes.ts'
import { Domain, taggedHash } from '../domains.ts'
import type { Env } from '../env.ts'
import type { MemberKeys } from '../messages.ts'
import { isSuiteUsable, SUITES, SuiteId } from '../suites/suite.ts'

/** A member's public keys as the protocol's functions take and give them. */
export interface KeySet {
  /** ML-DSA-65; authority rests on it. */
  readonly identity: Uint8Array
  /** Falcon-512; signs what is said often. */
  readonly report: Uint8Array
  /** libp2p's Ed25519 key, 32 raw bytes. */
  readonly peer: Uint8Array
}

/** Length of a raw Ed25519 public key. */
export const PEER_KEY_BYTES = 32
/** Length of an Ed25519 signature. */
export const PEER_SIGNATURE_BYTES = 64

/** A member's id: SHA-256 over its identity key, 32 bytes. It outlives all its other keys. */
export function memberId(keys: Pick<KeySet, 'identity'>): Uint8Array {
  return taggedHash(Domain.memberId, keys.identity)
}

/** The first 12 hexadecimal digits of an id: for people to read, never to compare by. */
export function shortId(id: Uint8Array): string {
  return bytesToHex(id.subarray(0, 6))
}

/** Which suite an identity key belongs to, by its length; `undefined` if none that counts in `env`. */
export function identitySuite(identity: Uint8Array, env: Env): SuiteId | undefined {
  return suiteByLength(identity, [SuiteId.mlDsa65, SuiteId.mock], env)
}

/** Which suite a report key belongs to, by its length; `undefined` if none that counts in `env`. */
export function reportSuite(report: Uint8Array, env: Env): SuiteId | undefined {
  return suiteByLength(report, [SuiteId.falcon512, SuiteId.mock], env)
}

function suiteByLength(key: Uint8Array, suites: readonly SuiteId[], env: Env): SuiteId | undefined {
  return suites.find(id => SUITES[id].publicKeyBytes === key.length && isSuiteUsable(id, env))
}

/** The key that a member signs with in `suite`; `undefined` if it has none. */
export function keyForSuite(keys: KeySet, suite: SuiteId): Uint8Array | undefined {
  const { publicKeyBytes } = SUITES[suite]
  return [keys.report, keys.identity].find(key => key.length === publicKeyBytes)
}

/** The keys of a decoded message, if they are complete and of lengths that count in `env`. */
export function keySetOf(
  keys: MemberKeys.$Properties | null | undefined,
  env: Env
): KeySet | undefined {
  const { identity, report, peer } = keys ?? {}
  if (identity == null || report == null || peer == null) return undefined
  if (identitySuite(identity, env) === undefined) return undefined
  if (reportSuite(report, env) === undefined) return undefined
  return peer.length === PEER_KEY_BYTES ? { identity, report, peer } : undefined
}
