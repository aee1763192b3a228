import { readU64, toBuffer, writeU64 } from './bytes.ts'
import { BUNDLE_EVENTS } from './limits.ts'

/** First byte of each kind of record. */
const Kind = {
  bundle: 0x62, // b
  checkpoint: 0x63, // c
  state: 0x6b, // k
  partial: 0x70, // p
  cosignature: 0x73, // s
  tile: 0x74 // t
} as const

/** Keys `[gte, lt)`, ascending as bytes. */
export interface KeyRange {
  readonly gte: Uint8Array
  readonly lt: Uint8Array
}

/** Where the writer stands: see `state.ts`. */
export const STATE_KEY: Uint8Array = Buffer.of(Kind.state)

/** An entry bundle written at once: events `[256·index, 256·(index + 1))`. */
export function bundleKey(index: number): Uint8Array {
  const key = Buffer.alloc(5, Kind.bundle)
  key.writeUInt32BE(index, 1)
  return key
}

/** A part of a bundle, by its first sequence number. */
export function partialKey(seq: number): Uint8Array {
  return u64Key(Kind.partial, seq)
}

export function checkpointKey(size: number): Uint8Array {
  return u64Key(Kind.checkpoint, size)
}

/** The cosignature over events `[1024·index, 1024·(index + 1))`. */
export function cosignatureKey(index: number): Uint8Array {
  const key = Buffer.alloc(5, Kind.cosignature)
  key.writeUInt32BE(index, 1)
  return key
}

export function tileKey(level: number, index: number): Uint8Array {
  const key = Buffer.alloc(6, Kind.tile)
  key[1] = level
  key.writeUInt32BE(index, 2)
  return key
}

function u64Key(kind: number, value: number): Buffer {
  const key = Buffer.alloc(9, kind)
  writeU64(key, value, 1)
  return key
}

/**
 * The number in a bundle, partial, checkpoint or cosignature key; undefined for any other length.
 */
export function keyNumber(key: Uint8Array): number | undefined {
  const bytes = toBuffer(key)
  if (bytes.length === 5) return bytes.readUInt32BE(1)
  if (bytes.length === 9) return readU64(bytes, 1)
  return undefined
}

const kind = (first: number): KeyRange => ({ gte: Buffer.of(first), lt: Buffer.of(first + 1) })

export const ALL_BUNDLES: KeyRange = kind(Kind.bundle)
export const ALL_PARTIALS: KeyRange = kind(Kind.partial)
export const ALL_CHECKPOINTS: KeyRange = kind(Kind.checkpoint)
export const ALL_COSIGNATURES: KeyRange = kind(Kind.cosignature)

/** Tiles of `level` from `index` on. */
export function tilesOf(level: number, index: number): KeyRange {
  return { gte: tileKey(level, index), lt: Buffer.of(Kind.tile, level + 1) }
}

/** The parts of a bundle from event `seq` on. */
export function partsFrom(seq: number): KeyRange {
  const end = (Math.floor(seq / BUNDLE_EVENTS) + 1) * BUNDLE_EVENTS
  return { gte: partialKey(seq), lt: partialKey(end) }
}
