import { type DSA, ml_dsa44, ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import {
  checkSeed,
  checkSigning,
  fitsSuite,
  orBadKey,
  type SignatureSuite,
  SUITES,
  SuiteId
} from './suite.ts'

/** Bytes of fresh randomness for each signature; without it signing is deterministic. */
export type RandomSource = (lengthBytes: number) => Uint8Array

const IMPLEMENTATIONS = { [SuiteId.mlDsa44]: ml_dsa44, [SuiteId.mlDsa65]: ml_dsa65 } as const

/**
 * ML-DSA (FIPS 204, "pure") in portable code.
 *
 * @param random - for hedged signing; without it the deterministic variant (section 3.4) signs
 */
export function portableMlDsa(
  id: typeof SuiteId.mlDsa44 | typeof SuiteId.mlDsa65,
  random?: RandomSource
): SignatureSuite {
  const info = SUITES[id]
  const scheme: DSA = IMPLEMENTATIONS[id]
  return {
    ...info,
    keygen(seed) {
      checkSeed(info, seed)
      return scheme.keygen(seed)
    },
    sign(secretKey, message, context) {
      checkSigning(info, secretKey, context)
      const extraEntropy = random === undefined ? false : random(32)
      return orBadKey(info, () => scheme.sign(message, secretKey, { context, extraEntropy }))
    },
    verify(publicKey, message, signature, context) {
      if (!fitsSuite(info, publicKey, signature, context)) return false
      try {
        return scheme.verify(signature, message, publicKey, { context })
      } catch {
        return false
      }
    }
  }
}
