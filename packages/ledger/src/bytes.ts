const WORD = 2 ** 32

/** The same bytes as a Buffer, without a copy. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Big-endian u64 of a non-negative safe integer. */
export function writeU64(bytes: Buffer, value: number, at: number): void {
  bytes.writeUInt32BE(Math.floor(value / WORD), at)
  bytes.writeUInt32BE(value % WORD, at + 4)
}

/** Big-endian u64 as a number; past 2^53 it is rounded and never a safe integer. */
export function readU64(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * WORD + bytes.readUInt32BE(at + 4)
}

/**
 * Standard base64, or undefined unless `text` is exactly the canonical encoding of what it decodes
 * to.
 */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
