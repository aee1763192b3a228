import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign as signWithCallback,
  verify
} from 'node:crypto'
import { promisify } from 'node:util'
import { portableSuites, type SignatureSuite, SUITES, SuiteId, suiteOf } from '@torusmesh/protocol'
import { generateKeyPair } from '@torusmesh/protocol/native'
import { VaultError } from '../errors.ts'
import type { Signable } from '../signable.ts'
import type { KeyInfo, SecretForm } from '../state/entries.ts'
import type { VaultSuite } from '../suites.ts'
import { SecretBytes } from './secret-bytes.ts'

const signAsync = promisify(signWithCallback)
const SEED_BYTES = 32
const CHALLENGE_BYTES = 32

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
  /**
   * A key of the expanded form, whose seed nobody kept.
   *
   * @throws VaultError `BAD_REQUEST` when the two halves aren't of one key of the suite
   */
  adoptExpanded(suite: VaultSuite, secret: SecretBytes, publicKey: Uint8Array): Promise<FreshKey>
  signer(info: KeyInfo, secret: SecretBytes): Signer
}

/** ML-DSA and Ed25519 by node:crypto on its threads, Falcon in portable code on this one. */
export const nodeKeys: KeyMaker = { create, adopt, adoptExpanded, signer }

async function create(suite: VaultSuite): Promise<FreshKey> {
  if (suite !== 'falcon-512') return adopt(suite, SecretBytes.random(SEED_BYTES))
  const { publicKey, secretKey } = await generateKeyPair(SuiteId.falcon512)
  return { publicKey, form: 'expanded', secret: SecretBytes.take(secretKey) }
}

function adopt(suite: VaultSuite, secret: SecretBytes): FreshKey {
  if (suite === 'falcon-512') {
    throw new VaultError('BAD_REQUEST', 'a falcon-512 key has no seed: let the vault create one')
  }
  const key = keyObject(suite, secret)
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'raw-public' }))
  return { publicKey, form: 'seed', secret }
}

async function adoptExpanded(
  suite: VaultSuite,
  secret: SecretBytes,
  publicKey: Uint8Array
): Promise<FreshKey> {
  const challenge = { bytes: randomBytes(CHALLENGE_BYTES), context: new Uint8Array(0) }
  try {
    const signature = await signerOf(suite, 'expanded', secret).sign(challenge)
    if (checks(suite, publicKey, challenge.bytes, signature)) {
      return { publicKey, form: 'expanded', secret }
    }
  } catch (error) {
    if (error instanceof VaultError) throw error
    // What node:crypto says could quote the key.
  }
  throw new VaultError('BAD_REQUEST', `these are not the two halves of one ${suite} key`)
}

function checks(
  suite: VaultSuite,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array
): boolean {
  if (suite === 'falcon-512') {
    return falcon().verify(publicKey, message, signature, new Uint8Array(0))
  }
  const key = createPublicKey({
    key: publicKey as Buffer,
    format: 'raw-public',
    asymmetricKeyType: suite as 'ml-dsa-44'
  })
  return verify(null, message, key, signature)
}

function signer({ suite, form }: KeyInfo, secret: SecretBytes): Signer {
  return signerOf(suite, form, secret)
}

function signerOf(suite: VaultSuite, form: SecretForm, secret: SecretBytes): Signer {
  if (suite === 'falcon-512') return falconSigner(secret)
  const key = form === 'seed' ? keyObject(suite, secret) : expandedKeyObject(suite, secret)
  return suite === 'ed25519'
    ? { sign: async ({ bytes }) => await signAsync(null, bytes, key) }
    : { sign: async ({ bytes, context }) => await signAsync(null, bytes, { key, context }) }
}

function falcon(): SignatureSuite {
  return suiteOf(portableSuites(randomBytes), SuiteId.falcon512)
}

function falconSigner(secret: SecretBytes): Signer {
  const suite = falcon()
  return {
    sign: async ({ bytes, context }) =>
      secret.use(secretKey => suite.sign(secretKey, bytes, context))
  }
}

/** OpenSSL keeps its own copy of the key, in memory that can't be locked from here. */
function keyObject(suite: Exclude<VaultSuite, 'falcon-512'>, secret: SecretBytes): KeyObject {
  if (secret.length !== SEED_BYTES) {
    throw new VaultError('BAD_REQUEST', `${suite} takes a seed of ${SEED_BYTES} bytes`)
  }
  return secret.use(key =>
    suite === 'ed25519'
      ? createPrivateKey({ key, format: 'raw-private', asymmetricKeyType: suite })
      : createPrivateKey({ key, format: 'raw-seed', asymmetricKeyType: suite })
  )
}

/** Last byte of the object identifiers 2.16.840.1.101.3.4.3.x (NIST's registry of algorithms). */
const OID_TAIL = { 'ml-dsa-44': 0x11, 'ml-dsa-65': 0x12 } as const
const SUITE_IDS = { 'ml-dsa-44': SuiteId.mlDsa44, 'ml-dsa-65': SuiteId.mlDsa65 } as const

/** node:crypto reads an expanded key only inside PKCS #8 (RFC 9881, `expandedKey`). */
function expandedKeyObject(
  suite: Exclude<VaultSuite, 'falcon-512'>,
  secret: SecretBytes
): KeyObject {
  const length = suite === 'ed25519' ? 0 : SUITES[SUITE_IDS[suite]].secretKeyBytes
  if (suite === 'ed25519' || secret.length !== length) {
    throw new VaultError('BAD_REQUEST', `${suite} takes no expanded key of ${secret.length} bytes`)
  }
  const head = pkcs8Head(OID_TAIL[suite], length)
  const whole = SecretBytes.create(head.length + length, buffer => {
    buffer.set(head)
    secret.use(key => buffer.set(key, head.length))
  })
  try {
    return whole.use(key => createPrivateKey({ key, format: 'der', type: 'pkcs8' }))
  } finally {
    whole.wipe()
  }
}

/** SEQUENCE { version 0, SEQUENCE { object identifier }, OCTET STRING { OCTET STRING { key } } } */
function pkcs8Head(oidTail: number, keyBytes: number): Uint8Array {
  const long = (tag: number, length: number): number[] => [tag, 0x82, length >> 8, length & 0xff]
  const oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, oidTail]
  const inner = [...long(0x04, keyBytes + 4), ...long(0x04, keyBytes)]
  const algorithm = [0x02, 0x01, 0x00, 0x30, oid.length, ...oid]
  const total = algorithm.length + inner.length + keyBytes
  return Uint8Array.of(...long(0x30, total), ...algorithm, ...inner)
}
