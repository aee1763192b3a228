import { BUNDLE_EVENTS } from '../limits.ts'
import { hasNode } from './compact-range.ts'
import { foldHashes, HASH_BYTES, type Hash } from './hash.ts'

/** Tree levels inside one tile. */
export const TILE_HEIGHT = 8
export const TILE_HASHES: number = BUNDLE_EVENTS
export const TILE_BYTES: number = TILE_HASHES * HASH_BYTES

/** Leaves under one hash of a tile of `level`. */
export function leavesPerHash(level: number): number {
  return TILE_HASHES ** level
}

/**
 * Number of full tiles at `level` in a tree of `size` leaves: also the index of its partial tile.
 */
export function fullTiles(level: number, size: number): number {
  return Math.floor(size / leavesPerHash(level + 1))
}

/**
 * Hashes of the rightmost, partial tile at `level`, 0 if there is none (tlog-tiles, "Partial
 * Tiles").
 */
export function partialWidth(level: number, size: number): number {
  return Math.floor(size / leavesPerHash(level)) % TILE_HASHES
}

/** Levels that hold at least one hash in a tree of `size` leaves. */
export function tileLevels(size: number): number {
  let levels = 0
  while (leavesPerHash(levels) <= size) levels++
  return levels
}

/** The hashes of the compact range that a partial tile holds, largest subtree first. */
export function edgeNodes(tile: Buffer, width: number): Hash[] {
  const nodes: Hash[] = []
  let at = 0
  for (let height = TILE_HEIGHT - 1; height >= 0; height--) {
    if (!hasNode(width, height)) continue
    nodes.push(foldHashes(tile, at, 2 ** height))
    at += 2 ** height * HASH_BYTES
  }
  return nodes
}

/**
 * Path of a tile below a log's prefix, as C2SP tlog-tiles writes it: `tile/0/x001/x234/067.p/12`.
 *
 * @param level - 0 to 63, or `entries` for an entry bundle
 * @param width - 1 to 255 for a partial tile, 256 for a full one
 */
export function tilePath(
  level: number | 'entries',
  index: number,
  width: number = TILE_HASHES
): string {
  let path = String(index % 1000).padStart(3, '0')
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`
  }
  return `tile/${level}/${path}${width < TILE_HASHES ? `.p/${width}` : ''}`
}
