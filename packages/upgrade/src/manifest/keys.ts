import {
  bytesToHex,
  Domain,
  type Env,
  hexToBytes,
  isSuiteUsable,
  SUITES,
  SuiteId,
  type SuiteSet,
  signingContext,
  taggedHash,
  utf8
} from '@torusmesh/protocol'
import type { ReleaseKey, ReleaseSuite, RoleKeys, Root } from './types.ts'

const SUITE_IDS = {
  'ml-dsa-44': SuiteId.mlDsa44,
  'ml-dsa-65': SuiteId.mlDsa65,
  mock: SuiteId.mock
} as const satisfies Record<ReleaseSuite, SuiteId>

export function suiteIdOf(suite: ReleaseSuite): SuiteId {
  return SUITE_IDS[suite]
}

/** The id of a key: a hash of its suite and its bytes, 64 hexadecimal digits. */
export function keyIdOf({ suite, publicKey }: ReleaseKey): string {
  return bytesToHex(taggedHash(Domain.manifest, utf8(`${suite}:${publicKey}`)))
}

/** A signature over a role's canonical bytes. */
export interface RoleSignature {
  /** The key's id. */
  readonly key: string
  /** Hexadecimal digits. */
  readonly signature: string
}

/** What signatures are checked with. */
export interface SignatureCheck {
  readonly env: Env
  readonly suites: SuiteSet
}

/**
 * Whether enough different keys of a role signed these bytes. Signatures of other keys don't count
 * and cost nothing.
 *
 * @param root - where the keys are
 */
export function hasThreshold(
  root: Root,
  { keys, threshold }: RoleKeys,
  bytes: Uint8Array,
  signatures: readonly RoleSignature[],
  { env, suites }: SignatureCheck
): boolean {
  const context = signingContext(Domain.manifest, env)
  const byId = new Map(root.keys.map(key => [keyIdOf(key), key]))
  const signers = new Set<string>()
  for (const { key: id, signature } of signatures) {
    const key = keys.includes(id) ? byId.get(id) : undefined
    if (key === undefined) continue
    const suite = suiteIdOf(key.suite)
    if (!isSuiteUsable(suite, env)) continue
    if (signature.length > 2 * SUITES[suite].maxSignatureBytes) continue
    const publicKey = hexToBytes(key.publicKey)
    const isValid = suites.get(suite)?.verify(publicKey, bytes, hexToBytes(signature), context)
    if (isValid === true) signers.add(id)
    if (signers.size >= threshold) return true
  }
  return false
}
