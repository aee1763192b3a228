import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Cosigner } from '../../src/index.ts'

export const ORIGIN = 'log.example/test'

/** A cosigner whose key is made from one byte, so that every run has the same. */
export function createCosigner(seed = 1, name: string = ORIGIN): Cosigner {
  const key = createPrivateKey({
    key: Buffer.alloc(32, seed),
    format: 'raw-seed',
    asymmetricKeyType: 'ml-dsa-44'
  })
  const publicKey = createPublicKey(key).export({ format: 'raw-public' })
  return { name, publicKey, sign: message => sign(null, message, key) }
}
