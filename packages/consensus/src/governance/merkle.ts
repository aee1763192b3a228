import { type Digest, fromHex, type Sha256, toHex } from './digest.ts'
import { GovernanceError } from './errors.ts'

const HASH_BYTES = 32
const LEAF_MAX_BYTES = 1_024
const encoder = new TextEncoder()

/** That a leaf is in a tree: its sibling hashes from the leaf up (RFC 6962, 2.1.1). */
export interface InclusionProof {
  readonly index: number
  readonly size: number
  readonly path: readonly Digest[]
}

/** `SHA-256(00 ‖ leaf)`, to be copied before the next hash. */
function leafHash(leaf: string, scratch: Uint8Array, sha256: Sha256): Uint8Array {
  scratch[0] = 0
  const { read, written } = encoder.encodeInto(leaf, scratch.subarray(1))
  if (read === leaf.length) return sha256(scratch.subarray(0, 1 + written))
  throw new GovernanceError('too-large', `a leaf takes ${LEAF_MAX_BYTES - 1} bytes at most`)
}

/**
 * An RFC 6962 tree over short texts, all levels kept: 64 bytes a leaf. Pairing level by level with
 * an odd last node carried up gives the tree that RFC 6962, 2.1, defines from the top down.
 */
export class MerkleTree {
  readonly size: number
  readonly root: Digest
  readonly #levels: readonly Uint8Array[]

  constructor(leaves: readonly string[], sha256: Sha256) {
    const scratch = new Uint8Array(LEAF_MAX_BYTES)
    let level = new Uint8Array(leaves.length * HASH_BYTES)
    for (const [at, leaf] of leaves.entries()) {
      level.set(leafHash(leaf, scratch, sha256), at * HASH_BYTES)
    }
    const levels = [level]
    while (level.length > HASH_BYTES) {
      level = parents(level, sha256)
      levels.push(level)
    }
    this.size = leaves.length
    this.root = toHex(leaves.length === 0 ? sha256(new Uint8Array(0)) : level)
    this.#levels = levels
  }

  /** The proof for leaf `index`; undefined if there is none. */
  prove(index: number): InclusionProof | undefined {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) return undefined
    const path: Digest[] = []
    let node = index
    for (const level of this.#levels) {
      const at = (node ^ 1) * HASH_BYTES
      if (at < level.length) path.push(toHex(level.subarray(at, at + HASH_BYTES)))
      node >>>= 1
    }
    return { index, size: this.size, path }
  }
}

function parents(level: Uint8Array, sha256: Sha256): Uint8Array<ArrayBuffer> {
  const count = level.length / HASH_BYTES
  const above = new Uint8Array(Math.ceil(count / 2) * HASH_BYTES)
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = 1
  for (let node = 0; node + 1 < count; node += 2) {
    pair.set(level.subarray(node * HASH_BYTES, (node + 2) * HASH_BYTES), 1)
    above.set(sha256(pair), (node / 2) * HASH_BYTES)
  }
  if (count % 2 === 1) above.set(level.subarray(-HASH_BYTES), above.length - HASH_BYTES)
  return above
}

/** Whether `proof` leads from `leaf` to `root`. */
export function verifyInclusion(
  leaf: string,
  proof: InclusionProof,
  root: Digest,
  sha256: Sha256
): boolean {
  const { index, size, path } = proof
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index)) return false
  if (index < 0 || index >= size || size > 0x7fff_ffff) return false
  const pair = new Uint8Array(1 + 2 * HASH_BYTES)
  pair[0] = 1
  const hash = Uint8Array.from(leafHash(leaf, new Uint8Array(LEAF_MAX_BYTES), sha256))
  let used = 0
  for (let node = index, last = size - 1; last > 0; node >>>= 1, last >>>= 1) {
    if (node % 2 === 0 && node === last) continue
    const sibling = fromHex(path[used++] ?? '')
    if (sibling === undefined) return false
    pair.set(node % 2 === 0 ? hash : sibling, 1)
    pair.set(node % 2 === 0 ? sibling : hash, 1 + HASH_BYTES)
    hash.set(sha256(pair))
  }
  return used === path.length && toHex(hash) === root
}
