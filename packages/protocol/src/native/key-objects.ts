import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { ProtocolError } from '../errors.ts'
import { SUITES, SuiteId } from '../suites/suite.ts'

/** The suites that node:crypto implements. */
export type MlDsaId = typeof SuiteId.mlDsa44 | typeof SuiteId.mlDsa65

/** Last byte of the object identifier 2.16.840.1.101.3.4.3.x (NIST's registry of algorithms). */
const OID_TAIL: Readonly<Record<MlDsaId, number>> = {
  [SuiteId.mlDsa44]: 0x11,
  [SuiteId.mlDsa65]: 0x12
}

/** A public key from its raw bytes; `undefined` if they are none. Takes 30 to 90 µs. */
export function importPublicKey(id: MlDsaId, publicKey: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({
      key: publicKey as Buffer,
      format: 'raw-public',
      asymmetricKeyType: SUITES[id].name as 'ml-dsa-44'
    })
  } catch {
    return undefined
  }
}

/**
 * A secret key from its expanded form (FIPS 204, algorithm 24), which node:crypto reads only inside
 * PKCS #8 (RFC 9881, `expandedKey`). Takes 120 to 180 µs.
 *
 * @throws ProtocolError `bad-key`
 */
export function importSecretKey(id: MlDsaId, secretKey: Uint8Array): KeyObject {
  const { name, secretKeyBytes } = SUITES[id]
  if (secretKey.length !== secretKeyBytes) {
    throw new ProtocolError('bad-key', `${name} takes a secret key of ${secretKeyBytes} bytes`)
  }
  const der = Buffer.concat([pkcs8Head(id, secretKey.length), secretKey])
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } catch {
    // The cause could quote the key.
    throw new ProtocolError('bad-key', `the ${name} secret key is damaged`)
  } finally {
    der.fill(0)
  }
}

/** SEQUENCE { version 0, SEQUENCE { object identifier }, OCTET STRING { OCTET STRING { key } } } */
function pkcs8Head(id: MlDsaId, keyBytes: number): Uint8Array {
  const long = (tag: number, length: number): number[] => [tag, 0x82, length >> 8, length & 0xff]
  const oid = [0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, OID_TAIL[id]]
  const inner = [...long(0x04, keyBytes + 4), ...long(0x04, keyBytes)]
  const algorithm = [0x02, 0x01, 0x00, 0x30, oid.length, ...oid]
  const total = algorithm.length + inner.length + keyBytes
  return Uint8Array.of(...long(0x30, total), ...algorithm, ...inner)
}

/** Imported public keys kept by default: about 5 kB each. */
const CACHED_KEYS = 1_024

/** Imported public keys, the least recently used forgotten first. Keys are told apart by all their bytes. */
export class PublicKeyCache {
  readonly #id: MlDsaId
  readonly #maxKeys: number
  readonly #keys = new Map<string, KeyObject>()

  constructor(id: MlDsaId, maxKeys: number = CACHED_KEYS) {
    this.#id = id
    this.#maxKeys = maxKeys
  }

  get size(): number {
    return this.#keys.size
  }

  /** The imported key; `undefined` if the bytes are no key of the suite, which isn't remembered. */
  get(publicKey: Uint8Array): KeyObject | undefined {
    const { buffer, byteOffset, length } = publicKey
    const bytes = Buffer.from(buffer, byteOffset, length).toString('latin1')
    const known = this.#keys.get(bytes)
    if (known !== undefined) {
      this.#keys.delete(bytes)
      this.#keys.set(bytes, known)
      return known
    }
    const imported = importPublicKey(this.#id, publicKey)
    if (imported === undefined) return undefined
    if (this.#keys.size >= this.#maxKeys) this.#keys.delete(this.#keys.keys().next().value!)
    this.#keys.set(bytes, imported)
    return imported
  }
}
