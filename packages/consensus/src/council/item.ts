import { type ActionClaim, decodeActionClaim, encodeActionClaim } from '../action/index.ts'
import { type Digest, decode, type Reader, Writer } from '../certificate/codec.ts'
import { BODY_MAX_BYTES } from '../engine/limits.ts'
import { decodeEvidence, type Evidence, encodeEvidence } from '../evidence/evidence.ts'
import { EVIDENCE_MAX_BYTES } from './limits.ts'

/** What the engine orders for the council. */
export type Item =
  /** A member's signed envelope of subject `governance`, as received. */
  | { readonly kind: 'statement'; readonly envelope: Uint8Array }
  /** The second key of a proposal. */
  | { readonly kind: 'certify'; readonly proposal: Digest; readonly claim: ActionClaim }
  /** Somebody broke the engine's rules. */
  | { readonly kind: 'evidence'; readonly evidence: Evidence }
  /** A mesh time has come at which something happens by itself. */
  | { readonly kind: 'tick'; readonly atMs: number }

const TAGS = { statement: 1, certify: 2, evidence: 3, tick: 4 } as const satisfies Record<
  Item['kind'],
  number
>

/** Canonical bytes of an item. */
export function encodeItem(item: Item): Uint8Array {
  const writer = new Writer().u8(TAGS[item.kind])
  switch (item.kind) {
    case 'statement':
      return writer.blob(item.envelope).finish()
    case 'certify':
      return writer.digest(item.proposal).blob(encodeActionClaim(item.claim)).finish()
    case 'evidence':
      return writer.blob(encodeEvidence(item.evidence)).finish()
    case 'tick':
      return writer.u64(item.atMs).finish()
    default:
      return item satisfies never
  }
}

/** Decodes an item; `null` for malformed bytes. Nothing is verified. */
export function decodeItem(bytes: Uint8Array): Item | null {
  return decode(bytes, reader => {
    const tag = reader.u8()
    switch (tag) {
      case TAGS.statement:
        return { kind: 'statement', envelope: reader.blob(BODY_MAX_BYTES) }
      case TAGS.certify:
        return {
          kind: 'certify',
          proposal: reader.digest(),
          claim: inner(reader, decodeActionClaim)
        }
      case TAGS.evidence: {
        const evidence = inner(reader, blob => decodeEvidence(blob, EVIDENCE_MAX_BYTES))
        return { kind: 'evidence', evidence }
      }
      case TAGS.tick:
        return { kind: 'tick', atMs: reader.u64() }
      default:
        return reader.check<Item | null>(null, false)
    }
  })
}

function inner<T>(reader: Reader, read: (bytes: Uint8Array) => T | null): T {
  const value = read(reader.blob(BODY_MAX_BYTES))
  return reader.check(value, value !== null)!
}
