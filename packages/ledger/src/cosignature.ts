import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { readU64, writeU64 } from './bytes.ts'
import { MAX_NAME_BYTES } from './limits.ts'
import { type Hash, hashToBytes } from './merkle/hash.ts'
import { keyId, type NoteSignature, SignatureType } from './note.ts'

/** Bytes of an ML-DSA-44 public key and signature (FIPS 204, table 2). */
export const ML_DSA_44_PUBLIC_KEY_BYTES = 1_312
export const ML_DSA_44_SIGNATURE_BYTES = 2_420

/** Who signed, as a verifier knows it: a key name and an ML-DSA-44 public key of 1,312 bytes. */
export interface VerifierKey {
  readonly name: string
  readonly publicKey: Uint8Array
}

/**
 * Signs for a ledger. The key stays with whoever implements this; a vault answers asynchronously.
 */
export interface Cosigner extends VerifierKey {
  /** ML-DSA-44 (FIPS 204, empty context) over `message`: 2,420 bytes. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

/** What a cosignature states: this root stands over the log's leaves `[start, end)`. */
export interface Subtree {
  readonly origin: string
  readonly start: number
  readonly end: number
  readonly root: Hash
  /** POSIX seconds; 0 unless `start` is 0 and this is the largest tree seen by then. */
  readonly timestamp: number
}

const LABEL = Buffer.from('subtree/v1\n\0')
const TIMESTAMP_BYTES = 8
const TIMESTAMPED_BYTES = TIMESTAMP_BYTES + ML_DSA_44_SIGNATURE_BYTES

/** The bytes an ML-DSA-44 cosigner signs: C2SP tlog-cosignature's `cosigned_message`. */
export function cosignedMessage(cosignerName: string, subtree: Subtree): Buffer {
  const { origin, start, end, root, timestamp } = subtree
  const [name, log] = [opaque(cosignerName), opaque(origin)]
  const numbers = Buffer.alloc(3 * 8)
  writeU64(numbers, timestamp, 0)
  writeU64(numbers, start, 8)
  writeU64(numbers, end, 16)
  return Buffer.concat([
    ...[LABEL, name, numbers.subarray(0, 8), log],
    ...[numbers.subarray(8), hashToBytes(root)]
  ])
}

/** TLS `opaque<1..2^8-1>`. */
function opaque(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length === 0 || bytes.length > MAX_NAME_BYTES) {
    throw new RangeError(`a log or cosigner name has 1 to ${MAX_NAME_BYTES} bytes: ${text}`)
  }
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

/** Key id of an ML-DSA-44 cosigner, see {@link keyId}. */
export function cosignerKeyId({ name, publicKey }: VerifierKey): number {
  return keyId(name, SignatureType.mlDsa44Cosignature, publicKey)
}

/** Asks `cosigner` for the signature line over `subtree`; rejects as the cosigner does. */
export async function cosign(cosigner: Cosigner, subtree: Subtree): Promise<NoteSignature> {
  const signature = await cosigner.sign(cosignedMessage(cosigner.name, subtree))
  const timestamped = Buffer.alloc(TIMESTAMP_BYTES + signature.length)
  writeU64(timestamped, subtree.timestamp, 0)
  timestamped.set(signature, TIMESTAMP_BYTES)
  return { name: cosigner.name, keyId: cosignerKeyId(cosigner), signature: timestamped }
}

/** The timestamp inside a cosignature's bytes, or undefined if they have the wrong length. */
export function cosignatureTimestamp(signature: Uint8Array): number | undefined {
  if (signature.length !== TIMESTAMPED_BYTES) return undefined
  const timestamp = readU64(Buffer.from(signature.subarray(0, TIMESTAMP_BYTES)), 0)
  return Number.isSafeInteger(timestamp) ? timestamp : undefined
}

/**
 * Whether `signature` is `key`'s cosignature over the leaves and root given, at the timestamp it
 * carries.
 */
export function verifyCosignature(
  key: VerifierKey,
  subtree: Omit<Subtree, 'timestamp'>,
  signature: Uint8Array
): boolean {
  const timestamp = cosignatureTimestamp(signature)
  if (timestamp === undefined || (subtree.start > 0 && timestamp > 0)) return false
  const message = cosignedMessage(key.name, { ...subtree, timestamp })
  return verify(null, message, publicKeyOf(key), signature.subarray(TIMESTAMP_BYTES))
}

const imported = new WeakMap<Uint8Array, KeyObject>()

function publicKeyOf({ publicKey }: VerifierKey): KeyObject {
  let key = imported.get(publicKey)
  if (key === undefined) {
    key = createPublicKey({
      key: Buffer.from(publicKey),
      format: 'raw-public',
      asymmetricKeyType: 'ml-dsa-44'
    })
    imported.set(publicKey, key)
  }
  return key
}
