/** Bytes of a bitmap over `count` validators. */
export function bitmapBytes(count: number): number {
  return Math.ceil(count / 8)
}

/** The bitmap of some indices below `count`; bit i of byte j stands for 8·j + i. */
export function toBitmap(indices: Iterable<number>, count: number): Uint8Array {
  const bitmap = new Uint8Array(bitmapBytes(count))
  for (const index of indices) bitmap[index >> 3]! |= 1 << (index & 7)
  return bitmap
}

/**
 * The indices of a bitmap, ascending, so each at most once; `null` unless it has exactly the bytes
 * for `count` validators and no bit beyond them.
 */
export function fromBitmap(bitmap: Uint8Array, count: number): number[] | null {
  if (bitmap.length !== bitmapBytes(count)) return null
  const indices: number[] = []
  for (let index = 0; index < 8 * bitmap.length; index++) {
    if (((bitmap[index >> 3]! >> (index & 7)) & 1) === 0) continue
    if (index >= count) return null
    indices.push(index)
  }
  return indices
}
