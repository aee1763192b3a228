import { hash as digest } from 'node:crypto'

/**
 * A SHA-256 hash as a string of 32 latin1 characters.
 *
 * Such strings compare with `===`, need no copies, and come out of `crypto.hash` without a Buffer
 * each, which is what hashing millions of small nodes costs most.
 */
export type Hash = string

export const HASH_BYTES = 32

/** Root of a tree without leaves: the hash of nothing (RFC 6962, 2.1). */
export const EMPTY_ROOT: Hash = digest('sha256', '', 'binary')

/** What the first event of a log links to. */
export const NO_HASH: Hash = '\0'.repeat(HASH_BYTES)

const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

const leaf = Buffer.alloc(1 + 65_536)
const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX)

/** RFC 6962 leaf hash, `SHA-256(00 ‖ data)`, of `bytes[start, end)`; at most 64 KiB. */
export function leafHash(bytes: Buffer, start = 0, end: number = bytes.length): Hash {
  bytes.copy(leaf, 1, start, end)
  return digest('sha256', leaf.subarray(0, 1 + end - start), 'binary')
}

/** As {@link leafHash}, without the copy: overwrites the byte before `start`. */
export function leafHashInPlace(bytes: Buffer, start: number, end: number): Hash {
  bytes[start - 1] = LEAF_PREFIX
  return digest('sha256', bytes.subarray(start - 1, end), 'binary')
}

/** RFC 6962 inner node, `SHA-256(01 ‖ left ‖ right)`. */
export function nodeHash(left: Hash, right: Hash): Hash {
  node.write(left, 1, HASH_BYTES, 'latin1')
  node.write(right, 1 + HASH_BYTES, HASH_BYTES, 'latin1')
  return digest('sha256', node, 'binary')
}

/** Plain SHA-256 of `bytes`. */
export function sha256(bytes: Uint8Array): Hash {
  return digest('sha256', bytes, 'binary')
}

export function hashToBytes(hash: Hash): Buffer {
  return Buffer.from(hash, 'latin1')
}

/** The 32 bytes of `bytes` from `at` as a hash. */
export function hashAt(bytes: Buffer, at: number): Hash {
  return bytes.toString('latin1', at, at + HASH_BYTES)
}

/** Whether the 32 bytes of `bytes` from `at` are `hash`. */
export function isHashAt(bytes: Uint8Array, at: number, hash: Hash): boolean {
  for (let i = 0; i < HASH_BYTES; i++) if (bytes[at + i] !== hash.charCodeAt(i)) return false
  return true
}

/** Root over `count` hashes (a power of two) that lie one after the other in `bytes` from `at`. */
export function foldHashes(bytes: Buffer, at: number, count: number): Hash {
  const row: Hash[] = []
  for (let i = 0; i < count; i++) row.push(hashAt(bytes, at + i * HASH_BYTES))
  for (let width = count; width > 1; width /= 2) {
    for (let i = 0; i < width / 2; i++) row[i] = nodeHash(row[2 * i]!, row[2 * i + 1]!)
  }
  return row[0]!
}
