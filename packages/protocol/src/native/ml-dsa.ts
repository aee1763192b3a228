import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  checkSeed,
  checkSigning,
  fitsSuite,
  type KeyPair,
  type SignatureSuite,
  SUITES,
  type SuiteInfo
} from '../suites/suite.ts'
import { importSecretKey, type MlDsaId, PublicKeyCache } from './key-objects.ts'

/** ML-DSA that can also verify off the main thread. */
export interface NativeMlDsa extends SignatureSuite {
  readonly publicKeys: PublicKeyCache
  /** Verifies on a libuv thread; calls back exactly once. The lengths are checked by the caller. */
  verifyAsync(
    publicKey: KeyObject,
    message: Uint8Array,
    signature: Uint8Array,
    context: Uint8Array,
    done: (isValid: boolean) => void
  ): void
}

/** ML-DSA by node:crypto (OpenSSL 3.5); signing is hedged. */
export function nativeMlDsa(id: MlDsaId): NativeMlDsa {
  const info = SUITES[id]
  const publicKeys = new PublicKeyCache(id)
  return {
    ...info,
    publicKeys,
    keygen: seed => keygen(info, seed),
    sign(secretKey, message, context) {
      checkSigning(info, secretKey, context)
      return sign(null, message, { key: importSecretKey(id, secretKey), context })
    },
    verify(publicKey, message, signature, context) {
      if (!fitsSuite(info, publicKey, signature, context)) return false
      const key = publicKeys.get(publicKey)
      return key !== undefined && verify(null, message, { key, context }, signature)
    },
    verifyAsync(key, message, signature, context, done) {
      verify(null, message, { key, context }, signature, (error, isValid) => {
        done(error === null && isValid)
      })
    }
  }
}

/** node:crypto exports the expanded key as the tail of PKCS #8 (RFC 9881, `both`). */
function keygen(info: SuiteInfo, seed: Uint8Array): KeyPair {
  checkSeed(info, seed)
  const asymmetricKeyType = info.name as 'ml-dsa-44'
  const key = createPrivateKey({ key: seed as Buffer, format: 'raw-seed', asymmetricKeyType })
  const der = key.export({ format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'raw-public' })
  const secretKey = Uint8Array.from(der.subarray(der.length - info.secretKeyBytes))
  der.fill(0)
  return { publicKey: new Uint8Array(publicKey), secretKey }
}
