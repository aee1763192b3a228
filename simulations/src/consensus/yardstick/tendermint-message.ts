import { type Digest, decode, NO_DIGEST, type Reader, Writer } from '@torusmesh/consensus'
import { bytesToHex, Domain, taggedHash } from '@torusmesh/protocol'

const ITEM_MAX_BYTES = 1_048_576
const ITEMS_MAX = 256
const SIGNATURE_MAX_BYTES = 3_309

/** Numbers on the wire, the first byte of a message. */
export const Step = { propose: 1, prevote: 2, precommit: 3 } as const
export type Step = (typeof Step)[keyof typeof Step]

/** What a validator says in one round of one height; nil is {@link NO_DIGEST}. */
export interface Word {
  readonly step: Step
  readonly height: number
  readonly round: number
  readonly from: number
  readonly value: Digest
  /** Of a proposal: the round its value was valid in, or -1. */
  readonly validRound: number
  /** Of a proposal. */
  readonly items: readonly Uint8Array[]
}

/** A word and its signature over {@link statementOf}. */
export interface SignedWord {
  readonly word: Word
  readonly signature: Uint8Array
}

/** The name of some items at a height. */
export function digestOfItems(height: number, items: readonly Uint8Array[]): Digest {
  const writer = new Writer().u64(height)
  writer.list(items, item => writer.blob(item))
  return bytesToHex(taggedHash(Domain.vote, writer.finish()))
}

/** The bytes that a signature covers: all but the items, which the value names. */
export function statementOf(word: Word): Uint8Array {
  return headOf(word).finish()
}

export function encodeWord({ word, signature }: SignedWord): Uint8Array {
  const writer = headOf(word)
  return writer
    .list(word.items, item => writer.blob(item))
    .blob(signature)
    .finish()
}

/** `null` for malformed bytes, and for items that the value doesn't name. */
export function decodeWord(bytes: Uint8Array): SignedWord | null {
  return decode(bytes, reader => {
    const word = readWord(reader)
    const signature = reader.blob(SIGNATURE_MAX_BYTES)
    const isNamed =
      word.step !== Step.propose || word.value === digestOfItems(word.height, word.items)
    return reader.check({ word, signature }, isNamed)
  })
}

function headOf({ step, height, round, from, value, validRound }: Word): Writer {
  return new Writer()
    .u8(step)
    .u64(height)
    .u32(round)
    .u32(from)
    .digest(value)
    .u32(validRound + 1)
}

function readWord(reader: Reader): Word {
  const step = reader.u8() as Step
  reader.check(step, step >= Step.propose && step <= Step.precommit)
  const height = reader.u64()
  const round = reader.u32()
  const from = reader.u32()
  const value = reader.digest()
  const validRound = reader.u32() - 1
  const items = reader.list(ITEMS_MAX, () => reader.blob(ITEM_MAX_BYTES))
  reader.check(items, step === Step.propose ? value !== NO_DIGEST : items.length === 0)
  return { step, height, round, from, value, validRound, items }
}
