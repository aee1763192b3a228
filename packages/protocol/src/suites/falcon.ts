import { shake256 } from '@noble/hashes/sha3.js'
import { falcon512 } from '@noble/post-quantum/falcon.js'
import { concatBytes, utf8 } from '../bytes.ts'
import { Domain, withContext } from '../domains.ts'
import type { RandomSource } from './ml-dsa.ts'
import {
  checkSeed,
  checkSigning,
  fitsSuite,
  orBadKey,
  type SignatureSuite,
  SUITES,
  SuiteId
} from './suite.ts'

const info = SUITES[SuiteId.falcon512]
const NONCE_TAG = utf8(Domain.falconNonce)

/**
 * Falcon-512 (round 3, compressed signatures) in portable code. It has no context of its own, so the
 * context is prefixed to the message.
 *
 * @param random - for fresh nonces; without it nonce and sampler seed are derived from secret key and
 * message, so that one message always gives one signature and never two under one nonce
 */
export function portableFalcon(random?: RandomSource): SignatureSuite {
  return {
    ...info,
    keygen(seed) {
      checkSeed(info, seed)
      return falcon512.keygen(seed)
    },
    sign(secretKey, message, context) {
      checkSigning(info, secretKey, context)
      const framed = withContext(context, message)
      const extraEntropy = random === undefined ? derived(secretKey, framed) : random(48)
      return orBadKey(info, () => falcon512.sign(framed, secretKey, { extraEntropy }))
    },
    verify(publicKey, message, signature, context) {
      if (!fitsSuite(info, publicKey, signature, context)) return false
      return falcon512.verify(signature, withContext(context, message), publicKey)
    }
  }
}

/** What nonce and sampler are drawn from: 48 bytes that depend on the whole key and message. */
function derived(secretKey: Uint8Array, framed: Uint8Array): Uint8Array {
  return shake256(concatBytes(withContext(NONCE_TAG, secretKey), framed), { dkLen: 48 })
}
