import { createHash, randomBytes } from 'node:crypto'
import { blob, bool, type Codec, decode, encode, fixed, struct, u32, u64 } from '../codec/codec.ts'
import { VaultError } from '../errors.ts'
import { JOURNAL_FRAME_MAX_BYTES } from '../limits.ts'
import type { SecretBytes } from '../secret/secret-bytes.ts'
import { NONCE_BYTES, seal, unseal, type WrappedKey, wrappedKey } from './seal.ts'

/*
 * The file: magic, length, header, link; then frames of length, body, link. A link is the SHA-256 of
 * the link before it and all bytes since, so the chain can be checked without the key; each body is
 * also sealed to the link before it, so it can't be made or moved without the key.
 */

export const LINK_BYTES = 32
const MAGIC = Buffer.from('TMVAULT1')
const LENGTH_BYTES = 4
const HEADER_MAX_BYTES = 4_096

/** The start of a file. */
export interface LogHeader {
  readonly wrapped: WrappedKey
  /** Random; the file's own key is derived from it. */
  readonly fileId: Uint8Array
  /** What came before this file: the last entry's position, and the link of its frame. */
  readonly baseSequence: number
  readonly baseLink: Uint8Array
  /** Frames of the snapshot, which were written with the header: none of them can be cut off. */
  readonly snapshotFrames: number
}

const headerCodec: Codec<LogHeader> = struct<LogHeader>({
  wrapped: wrappedKey,
  fileId: fixed(32),
  baseSequence: u64,
  baseLink: fixed(LINK_BYTES),
  snapshotFrames: u32
})

interface FrameBody {
  readonly nonce: Uint8Array
  /** Position of the frame's last entry. */
  readonly sequence: number
  /** Part of a snapshot: entries that stand for older ones, all at the position of the base. */
  readonly isSnapshot: boolean
  /** Readable without the key. */
  readonly open: Uint8Array
  /** Secrets of keys among the entries, one after the other, and the tag. */
  readonly sealed: Uint8Array
}

const frameCodec: Codec<FrameBody> = struct<FrameBody>({
  nonce: fixed(NONCE_BYTES),
  sequence: u64,
  isSnapshot: bool,
  open: blob(JOURNAL_FRAME_MAX_BYTES),
  sealed: blob(JOURNAL_FRAME_MAX_BYTES)
})

/** What a frame is made of. */
export interface FrameInit {
  readonly sequence: number
  readonly isSnapshot: boolean
  readonly open: Uint8Array
  /** Zeroed by whoever made it. */
  readonly secrets: Uint8Array
}

/** One frame as it was read. */
export interface LogFrame extends Omit<FrameBody, 'nonce' | 'sealed'> {
  readonly link: Uint8Array
  /** Zero it after use; empty when the file was read without its key. */
  readonly secrets: Uint8Array
}

/** A file that was read. */
export interface LogFile {
  readonly header: LogHeader
  readonly firstLink: Uint8Array
  readonly frames: readonly LogFrame[]
  /** Where the next frame goes. */
  readonly endOffset: number
  /** Bytes after the last whole frame: of a write that a crash cut off, or damage. */
  readonly tornBytes: number
}

/** The bytes of a header with its link. */
export function encodeHeader(header: LogHeader): { bytes: Buffer; link: Uint8Array } {
  const body = encode(headerCodec, header)
  const start = Buffer.concat([MAGIC, lengthOf(body), body])
  const link = linkOf(header.baseLink, start)
  return { bytes: Buffer.concat([start, link]), link }
}

/** The bytes of a frame with its link. */
export function encodeFrame(
  { sequence, isSnapshot, open, secrets }: FrameInit,
  before: Uint8Array,
  key: SecretBytes
): { bytes: Buffer; link: Uint8Array } {
  const nonce = randomBytes(NONCE_BYTES)
  const bound = boundOf(before, { sequence, isSnapshot, open })
  const sealed = key.use(fileKey => seal(fileKey, nonce, secrets, bound))
  const body = encode(frameCodec, { nonce, sequence, isSnapshot, open, sealed })
  const start = Buffer.concat([lengthOf(body), body])
  const link = linkOf(before, start)
  return { bytes: Buffer.concat([start, link]), link }
}

/** Reads the header alone. */
export function readHeader(bytes: Uint8Array): {
  header: LogHeader
  link: Uint8Array
  end: number
} {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const at = MAGIC.length + LENGTH_BYTES
  const isOurs = file.length >= at && file.subarray(0, MAGIC.length).equals(MAGIC)
  const length = isOurs ? file.readUInt32BE(MAGIC.length) : 0
  const end = at + length + LINK_BYTES
  if (!isOurs || length > HEADER_MAX_BYTES || file.length < end) throw damaged(0)
  const header = decode(headerCodec, file.subarray(at, at + length))
  if (header === undefined) throw damaged(at)
  const link = file.subarray(end - LINK_BYTES, end)
  if (!linkOf(header.baseLink, file.subarray(0, end - LINK_BYTES)).equals(link)) throw damaged(0)
  return { header, link: Uint8Array.from(link), end }
}

/**
 * Reads a whole file. What is wrong at its very end is left to the caller as `tornBytes`.
 *
 * @param keyOf - the file's key; without it the chain is checked and the seals are not
 * @throws VaultError `VAULT_DAMAGED` with the offset of the first bad byte's frame
 */
export function readLog(
  bytes: Uint8Array,
  keyOf: ((header: LogHeader) => SecretBytes) | undefined
): LogFile {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const { header, link: firstLink, end } = readHeader(file)
  const key = keyOf?.(header)
  const frames: LogFrame[] = []
  let at = end
  let link: Uint8Array = firstLink
  try {
    while (at < file.length) {
      const read = readFrame(file, at, link, key)
      if (read === undefined) break
      frames.push(read.frame)
      link = read.frame.link
      at = read.end
    }
    if (frames.length < header.snapshotFrames) throw damaged(at)
  } catch (error) {
    for (const { secrets } of frames) secrets.fill(0)
    throw error
  } finally {
    key?.wipe()
  }
  return { header, firstLink, frames, endOffset: at, tornBytes: file.length - at }
}

/**
 * `undefined` where a crash may have cut the last write off, or left rubbish in it: even its length may
 * be wrong. What that hides is told by the counter, which knows of each frame that was answered.
 */
function readFrame(
  file: Buffer,
  at: number,
  before: Uint8Array,
  key: SecretBytes | undefined
): { frame: LogFrame; end: number } | undefined {
  const bodyAt = at + LENGTH_BYTES
  if (bodyAt > file.length) return undefined
  const bodyBytes = file.readUInt32BE(at)
  const linkAt = bodyAt + bodyBytes
  const end = linkAt + LINK_BYTES
  if (end > file.length) return undefined
  const link = Uint8Array.from(file.subarray(linkAt, end))
  const isWhole = linkOf(before, file.subarray(at, linkAt)).equals(link)
  if (!isWhole && !isFrameAt(file, end, link)) return undefined
  const body = isWhole ? decode(frameCodec, file.subarray(bodyAt, linkAt)) : undefined
  if (body === undefined) throw damaged(at)
  const { nonce, sealed, ...rest } = body
  if (key === undefined) return { frame: { ...rest, link, secrets: new Uint8Array(0) }, end }
  const secrets = key.use(fileKey => unseal(fileKey, nonce, sealed, boundOf(before, rest)))
  if (secrets === undefined) throw damaged(at)
  return { frame: { ...rest, link, secrets }, end }
}

/** Whether a whole frame begins there, after a frame with this link. */
function isFrameAt(file: Buffer, at: number, before: Uint8Array): boolean {
  const bodyAt = at + LENGTH_BYTES
  if (bodyAt > file.length) return false
  const linkAt = bodyAt + file.readUInt32BE(at)
  if (linkAt + LINK_BYTES > file.length) return false
  const link = file.subarray(linkAt, linkAt + LINK_BYTES)
  return linkOf(before, file.subarray(at, linkAt)).equals(link)
}

/** What is said of damage, wherever it is. */
export function damaged(offset: number): VaultError {
  return new VaultError(
    'VAULT_DAMAGED',
    `the vault's file is damaged at byte ${offset}: restore a backup, or bring back the file itself`
  )
}

function boundOf(
  before: Uint8Array,
  { sequence, isSnapshot, open }: Pick<FrameBody, 'sequence' | 'isSnapshot' | 'open'>
): Buffer {
  const numbers = Buffer.alloc(9)
  numbers.writeBigUInt64BE(BigInt(sequence))
  numbers[8] = isSnapshot ? 1 : 0
  return Buffer.concat([before, numbers, open])
}

function linkOf(before: Uint8Array, bytes: Uint8Array): Buffer {
  return createHash('sha256').update(before).update(bytes).digest()
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(bytes.length)
  return length
}
