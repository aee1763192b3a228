import { ENTRY_LENGTH_BYTES, entryEnd } from '../bundle.ts'
import { isFramed, PREV, seqAt, statedBytes } from '../event.ts'
import { EVENT_HEADER_BYTES, MAX_EVENTS } from '../limits.ts'
import { type Hash, hashAt, leafHash, NO_HASH } from '../merkle/hash.ts'

/** One entry of a damaged bundle, as far as it can be read. */
export interface Entry {
  /** The position it claims, -1 if it is no event. */
  readonly seq: number
  readonly leaf: Hash
  readonly prev: Hash
  /** Whether it is an event of the length the bundle says. */
  readonly framed: boolean
}

const GARBAGE: Entry = { seq: -1, leaf: NO_HASH, prev: NO_HASH, framed: false }

/** Splits a bundle of which any byte may be wrong; at most `max` entries. */
export function parseEntries(bytes: Buffer, max: number): Entry[] {
  const entries: Entry[] = []
  for (let at = 0; at < bytes.length && entries.length < max; ) {
    const start = at + ENTRY_LENGTH_BYTES
    const end = entryEnd(bytes, at)
    const stated = statedEnd(bytes, start)
    if (end >= 0 && isFramed(bytes, start, end)) {
      entries.push(entryOf(bytes, start, end, true))
      at = end
    } else if (stated >= 0 && isEntryAt(bytes, stated)) {
      // The length before the event is wrong, the one inside it is not.
      entries.push(entryOf(bytes, start, stated, false))
      at = stated
    } else {
      entries.push(GARBAGE)
      at = end < 0 ? bytes.length : end
    }
  }
  return entries
}

function entryOf(bytes: Buffer, start: number, end: number, framed: boolean): Entry {
  const seq = seqAt(bytes, start)
  if (seq >= MAX_EVENTS) return GARBAGE
  return { seq, leaf: leafHash(bytes, start, end), prev: hashAt(bytes, start + PREV), framed }
}

/** Where the event at `start` ends by its own account, -1 if it can't be one. */
function statedEnd(bytes: Buffer, start: number): number {
  if (start + EVENT_HEADER_BYTES > bytes.length) return -1
  const end = start + statedBytes(bytes, start)
  return end <= bytes.length && isFramed(bytes, start, end) ? end : -1
}

function isEntryAt(bytes: Buffer, at: number): boolean {
  const end = entryEnd(bytes, at)
  return at === bytes.length || (end >= 0 && isFramed(bytes, at + ENTRY_LENGTH_BYTES, end))
}
