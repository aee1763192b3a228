import { randomBytes } from 'node:crypto'
import { mockSuite } from '../suites/mock.ts'
import { suiteSet } from '../suites/portable.ts'
import { type KeyPair, SuiteId, type SuiteSet, suiteOf } from '../suites/suite.ts'
import {
  type FalconChecker,
  falconChecker,
  type LiboqsLoad,
  loadLiboqs,
  nativeFalcon
} from './falcon.ts'
import { type NativeMlDsa, nativeMlDsa } from './ml-dsa.ts'

/** The fastest implementation of each suite on this machine. */
export interface NativeSuites {
  readonly suites: SuiteSet
  readonly mlDsa44: NativeMlDsa
  readonly mlDsa65: NativeMlDsa
  readonly checkFalcon: FalconChecker
  /** Who verifies Falcon; with `noble` (8 times slower) the reason why. */
  readonly falcon:
    | { readonly verifier: 'liboqs' }
    | { readonly verifier: 'noble'; readonly reason: string }
}

/**
 * Loads the native suites. Never rejects: what can't be loaded falls back to portable code.
 *
 * @param load - where liboqs comes from
 */
export async function nativeSuites(
  load: () => Promise<LiboqsLoad> = loadLiboqs
): Promise<NativeSuites> {
  const liboqs = await load()
  const mlDsa44 = nativeMlDsa(SuiteId.mlDsa44)
  const mlDsa65 = nativeMlDsa(SuiteId.mlDsa65)
  const checkFalcon = falconChecker(liboqs.ok ? liboqs.falcon : undefined)
  return {
    suites: suiteSet([mlDsa44, mlDsa65, nativeFalcon(checkFalcon), mockSuite]),
    mlDsa44,
    mlDsa65,
    checkFalcon,
    falcon: liboqs.ok ? { verifier: 'liboqs' } : { verifier: 'noble', reason: liboqs.reason }
  }
}

/**
 * Fresh random keys where it is called: 13 ms for Falcon with liboqs, 0.2 ms for ML-DSA. Falcon's
 * `keygen(seed)` takes 125 to 380 ms instead, since liboqs takes no seed.
 */
export async function generateKeyPair(id: SuiteId): Promise<KeyPair> {
  if (id === SuiteId.falcon512) {
    const liboqs = await loadLiboqs()
    if (liboqs.ok) return liboqs.falcon.generateKeyPair()
  }
  const suite = suiteOf((await nativeSuites()).suites, id)
  return suite.keygen(randomBytes(suite.seedBytes))
}
