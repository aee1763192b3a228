import { Env } from '../env.ts'
import { ProtocolError } from '../errors.ts'

/**
 * Signature suites by number, as envelopes carry it. Numbers are never reused. Zero is no suite, so
 * that a field left out is never an algorithm.
 */
export const SuiteId = { mlDsa44: 1, mlDsa65: 2, falcon512: 3, mock: 127 } as const
export type SuiteId = (typeof SuiteId)[keyof typeof SuiteId]

/** What is known of a suite without an implementation of it. */
export interface SuiteInfo {
  readonly id: SuiteId
  readonly name: string
  readonly seedBytes: number
  readonly publicKeyBytes: number
  readonly secretKeyBytes: number
  readonly maxSignatureBytes: number
}

/**
 * Sizes in bytes: ML-DSA from FIPS 204, table 2 (secret keys expanded); Falcon-512 from the round 3
 * submission (compressed signatures are 655 bytes on average, the format allows 752).
 */
export const SUITES: Readonly<Record<SuiteId, SuiteInfo>> = {
  [SuiteId.mlDsa44]: info(SuiteId.mlDsa44, 'ml-dsa-44', 32, 1_312, 2_560, 2_420),
  [SuiteId.mlDsa65]: info(SuiteId.mlDsa65, 'ml-dsa-65', 32, 1_952, 4_032, 3_309),
  [SuiteId.falcon512]: info(SuiteId.falcon512, 'falcon-512', 48, 897, 1_281, 752),
  [SuiteId.mock]: info(SuiteId.mock, 'mock', 32, 32, 32, 32)
}

function info(
  id: SuiteId,
  name: string,
  seedBytes: number,
  publicKeyBytes: number,
  secretKeyBytes: number,
  maxSignatureBytes: number
): SuiteInfo {
  return { id, name, seedBytes, publicKeyBytes, secretKeyBytes, maxSignatureBytes }
}

/** Whether a number from outside is a {@link SuiteId}. */
export function isSuiteId(value: number): value is SuiteId {
  return Object.hasOwn(SUITES, value)
}

/** A mock signature proves nothing: it counts in `dev` only, whatever else is registered or configured. */
export function isSuiteUsable(suite: SuiteId, env: Env): boolean {
  return suite !== SuiteId.mock || env === Env.dev
}

export interface KeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

/** An implementation of one suite. Implementations of one suite understand each other's keys and signatures. */
export interface SignatureSuite extends SuiteInfo {
  /** @throws ProtocolError `bad-seed` unless `seed` has `seedBytes` bytes. The same seed, the same keys. */
  keygen(seed: Uint8Array): KeyPair
  /**
   * @param context - domain separation, 0 to 255 bytes, see `signingContext`
   * @throws ProtocolError `bad-key`, `bad-context`; messages never contain key material
   */
  sign(secretKey: Uint8Array, message: Uint8Array, context: Uint8Array): Uint8Array
  /** `false` for whatever isn't a valid signature; never throws on bytes from outside. */
  verify(
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array
  ): boolean
}

/** Suites by id. */
export type SuiteSet = ReadonlyMap<SuiteId, SignatureSuite>

/** @throws ProtocolError `suite-unknown` when the set has no such suite */
export function suiteOf(suites: SuiteSet, id: SuiteId): SignatureSuite {
  const suite = suites.get(id)
  if (suite === undefined) {
    const known = [...suites.values()].map(({ name }) => name).join(', ')
    throw new ProtocolError('suite-unknown', `suite ${id} is not registered; there are ${known}`)
  }
  return suite
}

/** The longest context a suite takes, in bytes (FIPS 204, section 5.2). */
export const CONTEXT_MAX_BYTES = 255

export function checkSeed(suite: SuiteInfo, seed: Uint8Array): void {
  if (seed.length === suite.seedBytes) return
  throw new ProtocolError('bad-seed', `${suite.name} takes a seed of ${suite.seedBytes} bytes`)
}

export function checkSigning(suite: SuiteInfo, secretKey: Uint8Array, context: Uint8Array): void {
  if (secretKey.length !== suite.secretKeyBytes) {
    const message = `${suite.name} takes a secret key of ${suite.secretKeyBytes} bytes`
    throw new ProtocolError('bad-key', message)
  }
  if (context.length > CONTEXT_MAX_BYTES) {
    throw new ProtocolError('bad-context', `a context has at most ${CONTEXT_MAX_BYTES} bytes`)
  }
}

/** What went wrong inside a signer could quote the key: only that it failed leaves this function. */
export function orBadKey<T>(suite: SuiteInfo, sign: () => T): T {
  try {
    return sign()
  } catch {
    throw new ProtocolError('bad-key', `${suite.name} can't sign: the secret key is damaged`)
  }
}

/** Whether the lengths allow a valid signature at all. */
export function fitsSuite(
  suite: SuiteInfo,
  publicKey: Uint8Array,
  signature: Uint8Array,
  context: Uint8Array
): boolean {
  return (
    publicKey.length === suite.publicKeyBytes &&
    signature.length > 0 &&
    signature.length <= suite.maxSignatureBytes &&
    context.length <= CONTEXT_MAX_BYTES
  )
}
