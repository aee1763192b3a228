import { toBuffer } from './bytes.ts'
import { type Hash, hashAt, hashToBytes } from './merkle/hash.ts'

/** Where a log stands. */
export interface LedgerHead {
  /** Events. */
  readonly size: number
  /** RFC 6962 root over them, 32 bytes. */
  readonly root: Uint8Array
  /** Leaf hash of the last one, 32 bytes; zeros if there is none. */
  readonly leaf: Uint8Array
}

/** A {@link LedgerHead} in the form that hashing works with. */
export interface LogHead {
  readonly size: number
  readonly root: Hash
  readonly leaf: Hash
}

export function publicHead({ size, root, leaf }: LogHead): LedgerHead {
  return { size, root: hashToBytes(root), leaf: hashToBytes(leaf) }
}

export function logHead({ size, root, leaf }: LedgerHead): LogHead {
  return { size, root: hashOf(root), leaf: hashOf(leaf) }
}

/** The hash in 32 bytes. */
export function hashOf(bytes: Uint8Array): Hash {
  return hashAt(toBuffer(bytes), 0)
}
