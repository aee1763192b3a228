import { concatBytes, hexToBytes } from '@torusmesh/protocol'
import type { Digest, MemberIndex, Word } from './codes.ts'

/** Numbers are signed and never reused. */
const KINDS = {
  schedule: 1,
  mark: 2,
  probe: 3,
  verdict: 4,
  halt: 5
} as const satisfies Record<Word['kind'], number>

/**
 * The bytes that a member signs, under the context of the `upgrade` domain: plan 32, author 4, kind 1,
 * then the word's fields at fixed widths, most significant byte first.
 */
export function wordBytes(plan: Digest, author: MemberIndex, word: Word): Uint8Array {
  const head = new Uint8Array(5)
  new DataView(head.buffer).setUint32(0, author)
  head[4] = KINDS[word.kind]
  return concatBytes(hexToBytes(plan), head, fieldsOf(word))
}

function fieldsOf(word: Word): Uint8Array {
  switch (word.kind) {
    case 'schedule': {
      const bytes = new Uint8Array(8)
      new DataView(bytes.buffer).setBigUint64(0, BigInt(word.startMs))
      return bytes
    }
    case 'mark':
      return concatBytes(Uint8Array.of(word.mark, word.reason), hexToBytes(word.digest))
    case 'probe':
      return concatBytes(u32(word.target), hexToBytes(word.digest))
    case 'verdict':
      return concatBytes(
        u32(word.wave),
        Uint8Array.of(Number(word.good), word.reason),
        u32(word.about)
      )
    case 'halt':
      return Uint8Array.of(word.reason)
    default:
      return word satisfies never
  }
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}
