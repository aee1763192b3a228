import {
  argon2 as argon2WithCallback,
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes
} from 'node:crypto'
import { promisify } from 'node:util'
import { type Codec, check, fixed, struct, u32 } from '../codec/codec.ts'
import { VaultError } from '../errors.ts'
import { SecretBytes } from '../secret/secret-bytes.ts'

const argon2 = promisify(argon2WithCallback)

const KEY_BYTES = 32
export const NONCE_BYTES = 12
const TAG_BYTES = 16
const SALT_BYTES = 16

/** How a passphrase becomes a key (Argon2id, RFC 9106); kept in the file's header. */
export interface KdfCost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** RFC 9106, section 4, second recommended option with one lane: 64 MiB, 3 passes; about 150 ms. */
export const DEFAULT_KDF: KdfCost = { memoryKib: 65_536, passes: 3, lanes: 1 }
/** The least that OWASP's password storage cheat sheet recommends for Argon2id. */
export const WEAKEST_KDF: KdfCost = { memoryKib: 19_456, passes: 2, lanes: 1 }
const STRONGEST_KDF: KdfCost = { memoryKib: 4 * 1024 * 1024, passes: 64, lanes: 16 }

/** A master key under a passphrase. */
export interface WrappedKey extends KdfCost {
  readonly salt: Uint8Array
  readonly nonce: Uint8Array
  /** The master key and its tag. */
  readonly sealed: Uint8Array
}

const upTo = (max: number): Codec<number> => ({
  write: (to, value) => u32.write(to, value),
  // A forged header must not make the vault allocate without end.
  read: from => check(u32.read(from), value => value > 0 && value <= max)
})

export const wrappedKey: Codec<WrappedKey> = struct<WrappedKey>({
  memoryKib: upTo(STRONGEST_KDF.memoryKib),
  passes: upTo(STRONGEST_KDF.passes),
  lanes: upTo(STRONGEST_KDF.lanes),
  salt: fixed(SALT_BYTES),
  nonce: fixed(NONCE_BYTES),
  sealed: fixed(KEY_BYTES + TAG_BYTES)
})

/** Puts a master key under a passphrase. */
export async function wrapKey(
  master: SecretBytes,
  passphrase: Uint8Array,
  cost: KdfCost
): Promise<WrappedKey> {
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const outer = await stretch(passphrase, salt, cost)
  try {
    const sealed = outer.use(key => master.use(plain => seal(key, nonce, plain, salt)))
    return { ...cost, salt, nonce, sealed }
  } finally {
    outer.wipe()
  }
}

/** @throws VaultError `WRONG_PASSPHRASE` */
export async function unwrapKey(wrapped: WrappedKey, passphrase: Uint8Array): Promise<SecretBytes> {
  const outer = await stretch(passphrase, wrapped.salt, wrapped)
  try {
    const plain = outer.use(key => unseal(key, wrapped.nonce, wrapped.sealed, wrapped.salt))
    if (plain !== undefined) return SecretBytes.take(plain)
  } finally {
    outer.wipe()
  }
  throw new VaultError('WRONG_PASSPHRASE', 'this passphrase does not open the vault: try again')
}

async function stretch(
  passphrase: Uint8Array,
  nonce: Uint8Array,
  { memoryKib, passes, lanes }: KdfCost
): Promise<SecretBytes> {
  const cost = { memory: Math.max(memoryKib, 8 * lanes), passes, parallelism: lanes }
  const key = await argon2('argon2id', {
    message: passphrase,
    nonce,
    tagLength: KEY_BYTES,
    ...cost
  })
  return SecretBytes.take(key)
}

/** The key of one file: no two files share one, so random nonces never come near their bound. */
export function fileKey(master: SecretBytes, fileId: Uint8Array): SecretBytes {
  const derive = (key: Buffer): ArrayBuffer =>
    hkdfSync('sha256', key, fileId, 'torusmesh/vault/v1/file', KEY_BYTES)
  return SecretBytes.take(new Uint8Array(master.use(derive)))
}

/** AES-256-GCM: the ciphertext, then the tag. */
export function seal(key: Buffer, nonce: Uint8Array, plain: Uint8Array, bound: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(bound)
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** What was sealed, or `undefined` if a byte of it, of `bound` or the key is another. Zero it after use. */
export function unseal(
  key: Buffer,
  nonce: Uint8Array,
  sealed: Uint8Array,
  bound: Uint8Array
): Buffer | undefined {
  const end = sealed.length - TAG_BYTES
  if (end < 0) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  decipher.setAAD(bound)
  decipher.setAuthTag(sealed.subarray(end))
  const plain = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
    return plain
  } catch {
    plain.fill(0)
    return undefined
  }
}
