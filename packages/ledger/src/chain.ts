import { ENTRY_LENGTH_BYTES, entryEnd } from './bundle.ts'
import { isFramed, PREV, seqAt } from './event.ts'
import { type Hash, isHashAt, leafHash, NO_HASH } from './merkle/hash.ts'

/** Walks a log's entries and takes each only if it continues the hash chain. */
export class Chain {
  /** Events taken. */
  size: number
  /** Leaf hash of the last one. */
  head: Hash

  constructor(size = 0, head: Hash = NO_HASH) {
    this.size = size
    this.head = head
  }

  /**
   * Takes the entry at offset `at`: returns the offset after it, or -1 if it is not the event that
   * comes next.
   */
  take(entries: Buffer, at: number): number {
    const start = at + ENTRY_LENGTH_BYTES
    const end = entryEnd(entries, at)
    if (end < 0 || !isFramed(entries, start, end)) return -1
    if (seqAt(entries, start) !== this.size || !isHashAt(entries, start + PREV, this.head))
      return -1
    this.head = leafHash(entries, start, end)
    this.size++
    return end
  }
}
