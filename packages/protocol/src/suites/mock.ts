import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes } from '../bytes.ts'
import { withContext } from '../domains.ts'
import {
  checkSeed,
  checkSigning,
  fitsSuite,
  type SignatureSuite,
  SUITES,
  SuiteId
} from './suite.ts'

const info = SUITES[SuiteId.mock]

const tag = (publicKey: Uint8Array, message: Uint8Array, context: Uint8Array): Uint8Array =>
  sha256(concatBytes(publicKey, withContext(context, message)))

/**
 * For simulations and tests: anyone who knows the public key can sign. The tag is SHA-256 over key,
 * context and message; verifiers refuse it outside `dev`.
 */
export const mockSuite: SignatureSuite = {
  ...info,
  keygen(seed) {
    checkSeed(info, seed)
    return { publicKey: sha256(seed), secretKey: seed.slice() }
  },
  sign(secretKey, message, context) {
    checkSigning(info, secretKey, context)
    return tag(sha256(secretKey), message, context)
  },
  verify(publicKey, message, signature, context) {
    return (
      fitsSuite(info, publicKey, signature, context) &&
      equalBytes(signature, tag(publicKey, message, context))
    )
  }
}
