import { equalBytes, SUITES, utf8 } from '@torusmesh/protocol'
import { type Checked, ReleaseError, refused } from './codes.ts'
import { Field, Malformed } from './fields.ts'
import type { RoleSignature } from './keys.ts'
import { FILE_MAX_BYTES, SIGNATURES_MAX } from './limits.ts'
import { readManifest } from './read-manifest.ts'
import { readMetadata } from './read-metadata.ts'
import type { Manifest, Metadata, Role } from './types.ts'

/** A role's file, read. */
export interface SignedFile<R extends Role = Role> {
  readonly signed: Extract<Metadata, { role: R }>
  /** In the order of their keys, one a key. */
  readonly signatures: readonly RoleSignature[]
}

const SIGNATURE = /^([0-9a-f]{2})+$/
const SIGNATURE_MAX_CHARS: number =
  2 * Math.max(...Object.values(SUITES).map(({ maxSignatureBytes }) => maxSignatureBytes))

/**
 * The bytes that keys sign: JSON without spaces, fields in the order of their types. There is one
 * way to write a file, so that a byte changed anywhere changes what was signed.
 *
 * @throws ReleaseError `malformed` naming the field
 */
export function signedBytes(metadata: Metadata): Uint8Array {
  return utf8(JSON.stringify(orThrow(() => readMetadata(field(metadata), metadata.role))))
}

/** The bytes of a manifest alone: what a plan's digest is taken over. */
export function manifestBytes(manifest: Manifest): Uint8Array {
  return utf8(JSON.stringify(orThrow(() => readManifest(new Field(manifest, 'manifest')))))
}

/** @throws ReleaseError `malformed`, `too-large` */
export function encodeFile(file: SignedFile): Uint8Array {
  const bytes = utf8(JSON.stringify(orThrow(() => readFile(file, file.signed.role))))
  if (bytes.length <= FILE_MAX_BYTES) return bytes
  throw new ReleaseError('too-large', `a file has at most ${FILE_MAX_BYTES} bytes; split it`)
}

/** Reads a role's file from outside: bounded, whole, and the one way to write it. */
export function decodeFile<R extends Role>(bytes: Uint8Array, role: R): Checked<SignedFile<R>> {
  if (bytes.length > FILE_MAX_BYTES) return refused('too-large', role)
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const file = readFile(json, role)
    if (!equalBytes(utf8(JSON.stringify(file)), bytes)) return refused('not-canonical', role)
    return { ok: true, value: file }
  } catch (error) {
    if (error instanceof SyntaxError) return refused('malformed', `${role}: no JSON`)
    if (!(error instanceof Malformed)) throw error
    return refused('malformed', error.message)
  }
}

function readFile<R extends Role>(json: unknown, role: R): SignedFile<R> {
  const of = new Field(json, role).object('signed', 'signatures')
  return {
    signed: readMetadata(of.signed, role),
    signatures: of.signatures.ascending(
      0,
      SIGNATURES_MAX,
      item => {
        const { key, signature } = item.object('key', 'signature')
        return { key: key.hex(32), signature: signature.text(SIGNATURE, SIGNATURE_MAX_CHARS) }
      },
      ({ key }) => key
    )
  }
}

function field(metadata: Metadata): Field {
  return new Field(metadata, metadata.role)
}

function orThrow<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Malformed) throw new ReleaseError('malformed', error.message)
    throw error
  }
}
