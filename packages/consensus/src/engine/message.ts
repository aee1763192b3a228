import {
  type CertificateClaim,
  readCertificate,
  SIGNATURE_MAX_BYTES,
  writeCertificate
} from '../certificate/certificate.ts'
import { type Digest, decode, type Reader, Writer } from '../certificate/codec.ts'
import { Kind } from '../certificate/statement.ts'
import { readVote, type Vote, writeVote } from '../certificate/vote.ts'
import { type Block, readBlock, writeBlock } from './header.ts'
import { BLOCKS_PER_ANSWER, MESSAGE_MAX_BYTES, VOTE_MAX_BYTES } from './limits.ts'

/** What validators say to each other, and what a node keeps of its own words. */
export type Message =
  | { readonly type: 'proposal'; readonly block: Block; readonly signature: Uint8Array }
  | { readonly type: 'vote'; readonly vote: Vote }
  | { readonly type: 'certificate'; readonly claim: CertificateClaim }
  /** Asks for a block and its ancestors above a view. */
  | {
      readonly type: 'want-blocks'
      readonly epochId: Digest
      readonly digest: Digest
      readonly aboveView: number
    }
  /** Each block is the parent of the one before. */
  | { readonly type: 'blocks'; readonly epochId: Digest; readonly blocks: readonly Block[] }
  /** Asks for the certificates of a view and of those after it. */
  | { readonly type: 'want-certificates'; readonly epochId: Digest; readonly fromView: number }

export type MessageType = Message['type']

/** Numbers on the wire with the largest size, in bytes. */
const TYPES = {
  proposal: { tag: 1, maxBytes: MESSAGE_MAX_BYTES },
  vote: { tag: 2, maxBytes: VOTE_MAX_BYTES },
  certificate: { tag: 3, maxBytes: MESSAGE_MAX_BYTES },
  'want-blocks': { tag: 4, maxBytes: VOTE_MAX_BYTES },
  blocks: { tag: 5, maxBytes: MESSAGE_MAX_BYTES },
  'want-certificates': { tag: 6, maxBytes: VOTE_MAX_BYTES }
} as const satisfies Record<MessageType, { tag: number; maxBytes: number }>

const TYPE_OF: ReadonlyMap<number, MessageType> = new Map(
  Object.entries(TYPES).map(([type, { tag }]) => [tag, type as MessageType])
)

/** The decoded message, or why there is none. Never throws on bytes from outside. */
export type DecodedMessage =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly code: 'oversized' | 'malformed' }

/** Canonical bytes of a message; byte-identical for equal messages. */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new Writer().u8(TYPES[message.type].tag)
  switch (message.type) {
    case 'proposal':
      writeBlock(writer, message.block)
      writer.blob(message.signature)
      break
    case 'vote':
      writeVote(writer, message.vote)
      break
    case 'certificate':
      writeCertificate(writer, message.claim)
      break
    case 'want-blocks':
      writer.digest(message.epochId).digest(message.digest).u64(message.aboveView)
      break
    case 'blocks':
      writer.digest(message.epochId).list(message.blocks, block => writeBlock(writer, block))
      break
    case 'want-certificates':
      writer.digest(message.epochId).u64(message.fromView)
      break
    default:
      message satisfies never
  }
  return writer.finish()
}

/** Decodes a message: size first, then its one canonical encoding. Nothing is verified. */
export function decodeMessage(bytes: Uint8Array): DecodedMessage {
  const type = TYPE_OF.get(bytes[0] ?? 0)
  if (type === undefined) return { ok: false, code: 'malformed' }
  if (bytes.length > TYPES[type].maxBytes) return { ok: false, code: 'oversized' }
  const message = decode(bytes, reader => {
    reader.u8()
    return readMessage(type, reader)
  })
  return message === null ? { ok: false, code: 'malformed' } : { ok: true, message }
}

function readMessage(type: MessageType, reader: Reader): Message {
  switch (type) {
    case 'proposal':
      return { type, block: readBlock(reader), signature: reader.blob(SIGNATURE_MAX_BYTES) }
    case 'vote': {
      const vote = readVote(reader)
      return { type, vote: reader.check(vote, vote.kind !== Kind.propose) }
    }
    case 'certificate':
      return { type, claim: readCertificate(reader) }
    case 'want-blocks':
      return {
        type,
        epochId: reader.digest(),
        digest: reader.digest(),
        aboveView: reader.u64()
      }
    case 'blocks':
      return {
        type,
        epochId: reader.digest(),
        blocks: reader.list(BLOCKS_PER_ANSWER, () => readBlock(reader))
      }
    case 'want-certificates':
      return { type, epochId: reader.digest(), fromView: reader.u64() }
    default:
      return type satisfies never
  }
}
