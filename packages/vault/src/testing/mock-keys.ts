import { createHash, randomBytes } from 'node:crypto'
import { SecretBytes } from '../secret/secret-bytes.ts'
import type { KeyMaker } from '../secret/signer.ts'

/** Keys whose signatures cost nothing and differ each time, as hedged ones do. They prove nothing. */
export function mockKeys(): KeyMaker {
  return {
    async create() {
      const publicKey = randomBytes(32)
      return { publicKey, form: 'seed', secret: SecretBytes.random(32) }
    },
    adopt(_suite, secret) {
      return { publicKey: secret.use(seed => hashOf(seed)), form: 'seed', secret }
    },
    async adoptExpanded(_suite, secret, publicKey) {
      return { publicKey, form: 'expanded', secret }
    },
    signer: ({ publicKey }) => ({
      async sign({ bytes, context }) {
        return hashOf(publicKey, context, bytes, randomBytes(8))
      }
    })
  }
}

function hashOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
