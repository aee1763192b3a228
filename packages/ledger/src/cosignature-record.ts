import { toBuffer } from './bytes.ts'
import { cosignerKeyId, type VerifierKey, verifyCosignature } from './cosignature.ts'
import { SUBTREE_EVENTS } from './limits.ts'
import type { Hash } from './merkle/hash.ts'
import type { NoteSignature } from './note.ts'

const KEY_ID_BYTES = 4

/** Subtree cosignature `s`: key id u32 | timestamped signature, as in a note's line. */
export function encodeCosignature({ keyId, signature }: NoteSignature): Uint8Array {
  const bytes = Buffer.alloc(KEY_ID_BYTES + signature.length)
  bytes.writeUInt32BE(keyId)
  bytes.set(signature, KEY_ID_BYTES)
  return bytes
}

/**
 * Whether a stored record is a cosignature over `root` of subtree `index` under a key of `keys`.
 */
export function verifyCosignatureRecord(
  record: Uint8Array,
  index: number,
  root: Hash,
  origin: string,
  keys: readonly VerifierKey[]
): boolean {
  const bytes = toBuffer(record)
  if (bytes.length <= KEY_ID_BYTES) return false
  const key = keys.find(known => cosignerKeyId(known) === bytes.readUInt32BE())
  if (key === undefined) return false
  const start = index * SUBTREE_EVENTS
  const subtree = { origin, root, start, end: start + SUBTREE_EVENTS }
  return verifyCosignature(key, subtree, bytes.subarray(KEY_ID_BYTES))
}
