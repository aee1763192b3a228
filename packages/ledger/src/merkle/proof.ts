import { toBuffer } from '../bytes.ts'
import { hasNode, rootOfNodes } from './compact-range.ts'
import { EMPTY_ROOT, foldHashes, HASH_BYTES, type Hash, nodeHash } from './hash.ts'
import { TILE_HASHES, TILE_HEIGHT } from './tile.ts'

/** Leaves `[start, end)`; `start` is a multiple of the smallest power of two ≥ `end - start`. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/** Reads a tile; the rightmost one of a level may be wider than the tree in question needs. */
export type TileSource = (level: number, index: number) => Promise<Uint8Array | undefined>

/** Largest power of two below `size` (RFC 6962, 2.1: where a tree splits). */
function split(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}

/**
 * Whose hashes prove that leaf `index` is in the tree of `size` leaves, from its sibling up (RFC
 * 6962, 2.1.1).
 */
export function inclusionPlan(index: number, size: number): LeafRange[] {
  const plan: LeafRange[] = []
  let start = 0
  let end = size
  while (end - start > 1) {
    const middle = start + split(end - start)
    if (index < middle) {
      plan.push({ start: middle, end })
      end = middle
    } else {
      plan.push({ start, end: middle })
      start = middle
    }
  }
  return plan.reverse()
}

/**
 * Whose hashes prove that the tree of `from` leaves is a prefix of the one of `to` (RFC 6962,
 * 2.1.2).
 */
export function consistencyPlan(from: number, to: number): LeafRange[] {
  if (from === 0 || from === to) return []
  const plan: LeafRange[] = []
  let start = 0
  let end = to
  while (from !== end) {
    const middle = start + split(end - start)
    if (from <= middle) {
      plan.push({ start: middle, end })
      end = middle
    } else {
      plan.push({ start, end: middle })
      start = middle
    }
  }
  // The old tree's own last subtree; the verifier knows it when it is the whole old tree.
  if (start > 0) plan.push({ start, end })
  return plan.reverse()
}

/** Root of the subtree over `range`, from tiles; undefined if one is missing or too short. */
export async function hashRange(
  { start, end }: LeafRange,
  tiles: TileSource
): Promise<Hash | undefined> {
  const nodes: Hash[] = []
  let from = start
  for (let height = Math.floor(Math.log2(end - start)); height >= 0; height--) {
    if (!hasNode(end - start, height)) continue
    const node = await perfectNode(height, from / 2 ** height, tiles)
    if (node === undefined) return undefined
    nodes.push(node)
    from += 2 ** height
  }
  return rootOfNodes(nodes)
}

async function perfectNode(
  height: number,
  index: number,
  tiles: TileSource
): Promise<Hash | undefined> {
  const level = Math.floor(height / TILE_HEIGHT)
  const count = 2 ** (height % TILE_HEIGHT)
  const first = index * count
  const tile = await tiles(level, Math.floor(first / TILE_HASHES))
  const at = (first % TILE_HASHES) * HASH_BYTES
  if (tile === undefined || tile.length < at + count * HASH_BYTES) return undefined
  return foldHashes(toBuffer(tile), at, count)
}

function areHashes(hashes: readonly Hash[]): boolean {
  return hashes.every(hash => hash.length === HASH_BYTES)
}

/**
 * Whether `path` leads from `leaf` at `index` to `root` of the tree of `size` leaves (RFC 9162,
 * 2.1.3.2).
 */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Hash,
  path: readonly Hash[],
  root: Hash
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) return false
  if (index < 0 || index >= size || !areHashes([leaf, ...path])) return false
  let hash = leaf
  let node = index
  let last = size - 1
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      // A right edge with no sibling at this level hangs where it first is a right child.
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && hash === root
}

/**
 * Whether `path` proves that the tree of `from` leaves with `fromRoot` is a prefix of the tree of
 * `to` leaves with `toRoot` (RFC 9162, 2.1.4.2). Every tree extends the empty one, by an empty
 * proof.
 */
export function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Hash,
  toRoot: Hash,
  path: readonly Hash[]
): boolean {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return false
  if (from < 0 || from > to || !areHashes([fromRoot, toRoot, ...path])) return false
  if (from === 0) {
    return path.length === 0 && fromRoot === EMPTY_ROOT && (to > 0 || toRoot === EMPTY_ROOT)
  }
  if (from === to) return path.length === 0 && fromRoot === toRoot
  const hashes = 2 ** Math.round(Math.log2(from)) === from ? [fromRoot, ...path] : path
  const [first, ...rest] = hashes
  if (first === undefined) return false
  let node = from - 1
  let last = to - 1
  while (node % 2 === 1) {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  let oldRoot = first
  let newRoot = first
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldRoot = nodeHash(sibling, oldRoot)
      newRoot = nodeHash(sibling, newRoot)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      newRoot = nodeHash(newRoot, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && oldRoot === fromRoot && newRoot === toRoot
}
