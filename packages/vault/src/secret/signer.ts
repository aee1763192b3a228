import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign as signWithCallback
} from 'node:crypto'
import { promisify } from 'node:util'
import { portableSuites, SuiteId, suiteOf } from '@torusmesh/protocol'
import { generateKeyPair } from '@torusmesh/protocol/native'
import { VaultError } from '../errors.ts'
import type { Signable } from '../signable.ts'
import type { KeyInfo, SecretForm } from '../state/entries.ts'
import type { VaultSuite } from '../suites.ts'
import { SecretBytes } from './secret-bytes.ts'

const signAsync = promisify(signWithCallback)
const SEED_BYTES = 32

/** A key that can sign; made at unlock, forgotten at lock. */
export interface Signer {
  sign(signable: Signable): Promise<Uint8Array>
}

/** Fresh keys: the public half, and the secret in guarded memory. */
export interface FreshKey {
  readonly publicKey: Uint8Array
  readonly form: SecretForm
  readonly secret: SecretBytes
}

/** Makes keys and signers; another one stands in where a test signs a million times. */
export interface KeyMaker {
  create(suite: VaultSuite): Promise<FreshKey>
  /** @throws VaultError `BAD_REQUEST` when the secret is none of the suite */
  adopt(suite: VaultSuite, secret: SecretBytes): FreshKey
  signer(info: KeyInfo, secret: SecretBytes): Signer
}

/** ML-DSA and Ed25519 by node:crypto on its threads, Falcon in portable code on this one. */
export const nodeKeys: KeyMaker = { create, adopt, signer }

async function create(suite: VaultSuite): Promise<FreshKey> {
  if (suite !== 'falcon-512') return adopt(suite, SecretBytes.random(SEED_BYTES))
  const { publicKey, secretKey } = await generateKeyPair(SuiteId.falcon512)
  return { publicKey, form: 'expanded', secret: SecretBytes.take(secretKey) }
}

function adopt(suite: VaultSuite, secret: SecretBytes): FreshKey {
  if (suite === 'falcon-512') {
    throw new VaultError('BAD_REQUEST', 'a falcon-512 key has no seed: let the vault create one')
  }
  const key = keyObject(suite, 'seed', secret)
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'raw-public' }))
  return { publicKey, form: 'seed', secret }
}

function signer({ suite, form }: KeyInfo, secret: SecretBytes): Signer {
  if (suite === 'falcon-512') return falconSigner(secret)
  const key = keyObject(suite, form, secret)
  return suite === 'ed25519'
    ? { sign: async ({ bytes }) => await signAsync(null, bytes, key) }
    : { sign: async ({ bytes, context }) => await signAsync(null, bytes, { key, context }) }
}

function falconSigner(secret: SecretBytes): Signer {
  const suite = suiteOf(portableSuites(randomBytes), SuiteId.falcon512)
  return {
    sign: async ({ bytes, context }) =>
      secret.use(secretKey => suite.sign(secretKey, bytes, context))
  }
}

/** OpenSSL keeps its own copy of the key, in memory that can't be locked from here. */
function keyObject(
  suite: Exclude<VaultSuite, 'falcon-512'>,
  form: SecretForm,
  secret: SecretBytes
): KeyObject {
  if (form !== 'seed' || secret.length !== SEED_BYTES) {
    throw new VaultError('BAD_REQUEST', `${suite} takes a seed of ${SEED_BYTES} bytes`)
  }
  return secret.use(key =>
    suite === 'ed25519'
      ? createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: suite })
      : createPrivateKey({ key, format: 'raw-seed', asymmetricKeyType: suite })
  )
}
