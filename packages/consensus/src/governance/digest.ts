import { GovernanceError } from './errors.ts'

/**
 * SHA-256, injected. It may return one buffer again and again: what is kept of it is copied at once.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** A SHA-256 digest as 64 lower-case hexadecimal digits. */
export type Digest = string

const DEPTH_MAX = 8
const encoder = new TextEncoder()

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0')
)

export function toHex(bytes: Uint8Array): Digest {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return hex
}

/** The bytes of hexadecimal digits, or undefined if they aren't a digest. */
export function fromHex(digest: Digest): Uint8Array | undefined {
  if (!/^[0-9a-f]{64}$/.test(digest)) return undefined
  const bytes = new Uint8Array(32)
  for (let at = 0; at < 32; at++) bytes[at] = Number.parseInt(digest.slice(2 * at, 2 * at + 2), 16)
  return bytes
}

/**
 * JSON with sorted keys, without blanks, of strings, booleans, integers, lists and plain objects;
 * absent fields are left out. Equal values give equal text.
 *
 * @throws {GovernanceError} `not-canonical`
 */
export function canonical(value: unknown, depth = 0): string {
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (depth < DEPTH_MAX && Array.isArray(value)) {
    return `[${value.map(item => canonical(item, depth + 1)).join(',')}]`
  }
  if (depth < DEPTH_MAX && typeof value === 'object' && value !== null) {
    const fields = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field, depth + 1)}`).join(',')}}`
  }
  throw new GovernanceError(
    'not-canonical',
    `${typeof value} has no canonical form, use text, integers and plain objects`
  )
}

/** Digest of a value's canonical form, for one purpose: `SHA-256(purpose ‖ LF ‖ canonical)`. */
export function digestOf(purpose: string, value: unknown, sha256: Sha256): Digest {
  return toHex(sha256(encoder.encode(`torusmesh/v1/${purpose}\n${canonical(value)}`)))
}
