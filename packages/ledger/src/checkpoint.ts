import { fromBase64 } from './bytes.ts'
import {
  type Cosigner,
  cosign,
  cosignatureTimestamp,
  cosignerKeyId,
  type VerifierKey,
  verifyCosignature
} from './cosignature.ts'
import { MAX_EVENTS } from './limits.ts'
import { HASH_BYTES, type Hash, hashAt, hashToBytes } from './merkle/hash.ts'
import { formatNote, type Note, parseNote, parseNoteBytes } from './note.ts'

/** A signed tree head. */
export interface Checkpoint {
  readonly origin: string
  /** Events under it. */
  readonly size: number
  /** RFC 6962 root, 32 bytes. */
  readonly root: Uint8Array
  /** POSIX seconds at which it was signed; 0 if its signer made no statement of time. */
  readonly timestamp: number
  /** The C2SP signed note, to be kept and passed on verbatim. */
  readonly note: string
}

/** The three lines of a checkpoint, verified or not. */
export interface TreeHead {
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

/** Why a checkpoint is not accepted. */
export const CheckpointFault = {
  malformed: 'checkpoint-malformed',
  otherOrigin: 'other-origin',
  unsigned: 'no-known-signature',
  forged: 'signature-invalid'
} as const
export type CheckpointFault = (typeof CheckpointFault)[keyof typeof CheckpointFault]

const SIZE = /^(0|[1-9][0-9]{0,15})$/

/** The note text of C2SP tlog-checkpoint: origin, size, base64 root. */
export function formatTreeHead({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${hashToBytes(root).toString('base64')}\n`
}

/** Reads note text; extension lines are allowed and ignored. Undefined if malformed. */
export function parseTreeHead(text: string): TreeHead | undefined {
  const [origin = '', decimal = '', base64 = '', ...extensions] = text.slice(0, -1).split('\n')
  const root = fromBase64(base64)
  if (origin === '' || !SIZE.test(decimal) || extensions.includes('')) return undefined
  if (root?.length !== HASH_BYTES || Number(decimal) > MAX_EVENTS) return undefined
  return { origin, size: Number(decimal), root: hashAt(root, 0) }
}

/** Has `cosigner` sign the head of `size` events, at `timestamp` POSIX seconds. */
export async function signCheckpoint(
  cosigner: Cosigner,
  head: TreeHead,
  timestamp: number
): Promise<Checkpoint> {
  const { origin, size, root } = head
  const signature = await cosign(cosigner, { origin, root, timestamp, start: 0, end: size })
  const note = formatNote({ text: formatTreeHead(head), signatures: [signature] })
  return { origin, size, root: hashToBytes(root), timestamp, note }
}

/**
 * Opens a checkpoint note: parses it and verifies every line signed under a key of `keys`.
 *
 * @returns the checkpoint, or why not; lines of unknown keys are ignored, a bad line of a known key
 *   is not
 */
export function openCheckpoint(
  source: string | Uint8Array,
  origin: string,
  keys: readonly VerifierKey[]
): Checkpoint | CheckpointFault {
  const note = typeof source === 'string' ? parseNote(source) : parseNoteBytes(source)
  const head = note === undefined ? undefined : parseTreeHead(note.text)
  if (note === undefined || head === undefined) return CheckpointFault.malformed
  if (head.origin !== origin) return CheckpointFault.otherOrigin
  return verifyHead(note, head, keys)
}

function verifyHead(
  note: Note,
  head: TreeHead,
  keys: readonly VerifierKey[]
): Checkpoint | CheckpointFault {
  const { origin, size, root } = head
  let timestamp: number | undefined
  for (const { name, keyId, signature } of note.signatures) {
    const key = keys.find(known => known.name === name && cosignerKeyId(known) === keyId)
    if (key === undefined) continue
    if (!verifyCosignature(key, { origin, root, start: 0, end: size }, signature)) {
      return CheckpointFault.forged
    }
    timestamp ??= cosignatureTimestamp(signature)
  }
  if (timestamp === undefined) return CheckpointFault.unsigned
  return { origin, size, root: hashToBytes(root), timestamp, note: formatNote(note) }
}
