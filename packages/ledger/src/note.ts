import { fromBase64, toBuffer } from './bytes.ts'
import { MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES } from './limits.ts'
import { hashToBytes, sha256 } from './merkle/hash.ts'

/** Signature types of C2SP signed-note that this package writes or reads. */
export const SignatureType = { ed25519: 0x01, mlDsa44Cosignature: 0x06 } as const
export type SignatureType = (typeof SignatureType)[keyof typeof SignatureType]

/** One signature line: who, under which key, and the bytes that follow the key id. */
export interface NoteSignature {
  readonly name: string
  /** u32, see {@link keyId}. */
  readonly keyId: number
  readonly signature: Uint8Array
}

/**
 * A C2SP signed note: text that ends in a newline, and its signatures. Nothing in it is verified
 * yet.
 */
export interface Note {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const SIGNATURE_START = '\u2014 '
const KEY_ID_BYTES = 4
const KEY_NAME = /^[^\s+]+$/u
// biome-ignore lint/suspicious/noControlCharactersInRegex: signed-note forbids exactly these
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/

/** `SHA-256(name ‖ \n ‖ type ‖ public key)[:4]` as a u32 (signed-note, "Signatures"). */
export function keyId(name: string, type: SignatureType, publicKey: Uint8Array): number {
  return hashToBytes(
    sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]))
  ).readUInt32BE()
}

/** A verifier key in C2SP's text form: `name+hex(key id)+base64(type ‖ public key)`. */
export function formatVerifierKey(
  name: string,
  type: SignatureType,
  publicKey: Uint8Array
): string {
  const id = keyId(name, type, publicKey).toString(16).padStart(8, '0')
  return `${name}+${id}+${Buffer.concat([Buffer.of(type), publicKey]).toString('base64')}`
}

/** Whether `name` may sign notes: not empty, no Unicode space, no plus. */
export function isKeyName(name: string): boolean {
  return KEY_NAME.test(name)
}

/** The note's text form: text, blank line, one line a signature. */
export function formatNote({ text, signatures }: Note): string {
  let note = `${text}\n`
  for (const { name, keyId: id, signature } of signatures) {
    const blob = Buffer.alloc(KEY_ID_BYTES + signature.length)
    blob.writeUInt32BE(id)
    blob.set(signature, KEY_ID_BYTES)
    note += `${SIGNATURE_START}${name} ${blob.toString('base64')}\n`
  }
  return note
}

/** Reads a note, or undefined if it is malformed or past the limits. */
export function parseNote(source: string): Note | undefined {
  if (source.length > MAX_NOTE_BYTES || CONTROL.test(source) || !source.isWellFormed())
    return undefined
  const blank = source.lastIndexOf('\n\n')
  if (blank < 0 || !source.endsWith('\n')) return undefined
  const lines = source.slice(blank + 2, -1).split('\n')
  if (lines.length > MAX_NOTE_SIGNATURES) return undefined
  const signatures = lines.map(parseSignature)
  if (!signatures.every(signature => signature !== undefined)) return undefined
  return { text: source.slice(0, blank + 1), signatures }
}

/** As {@link parseNote}, from UTF-8 bytes. */
export function parseNoteBytes(bytes: Uint8Array): Note | undefined {
  if (bytes.length > MAX_NOTE_BYTES) return undefined
  const source = toBuffer(bytes).toString('utf8')
  // Bytes that are not UTF-8 decode to replacement characters and back to something else.
  return Buffer.from(source).equals(bytes) ? parseNote(source) : undefined
}

function parseSignature(line: string): NoteSignature | undefined {
  if (!line.startsWith(SIGNATURE_START)) return undefined
  const [name = '', encoded = '', ...rest] = line.slice(SIGNATURE_START.length).split(' ')
  const blob = fromBase64(encoded)
  if (!isKeyName(name) || rest.length > 0 || blob === undefined || blob.length <= KEY_ID_BYTES) {
    return undefined
  }
  return { name, keyId: blob.readUInt32BE(), signature: blob.subarray(KEY_ID_BYTES) }
}
