/** A varint at `at` and the offset after it, -1 if there is none; `at` may be -1 itself. */
export function readVarint(bytes: Buffer, at: number): [value: number, next: number] {
  let value = 0
  for (let i = at, scale = 1; at >= 0 && i < bytes.length && i < at + 7; i++, scale *= 128) {
    value += (bytes[i]! & 127) * scale
    if (bytes[i]! < 128) return [value, i + 1]
  }
  return [0, -1]
}
