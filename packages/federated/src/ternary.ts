import { FederatedError } from './errors.ts'

/*
 * The packed form: four weights a byte, the first in the lowest two bits; code 0 is 0, 1 is +1, 2
 * is −1, and 3 is invalid. The last byte is filled up with code 0. So every list of weights has
 * exactly one packed form, and equal hashes mean equal weights.
 */

/** Weights in a packed byte. */
export const WEIGHTS_PER_BYTE = 4

/** Why packed bytes were refused. */
export type TernaryRefusal = 'wrong-length' | 'invalid-code' | 'dirty-padding'

/** Unpacked weights, each −1, 0 or +1, or why there are none. */
export type UnpackResult =
  | { readonly ok: true; readonly weights: Int8Array }
  | { readonly ok: false; readonly code: TernaryRefusal }

/**
 * Packs ternary weights into ⌈count / 4⌉ bytes, without loss.
 *
 * @param weights - each −1, 0 or +1
 * @throws FederatedError `bad-weight` for any other value.
 */
export function packTernary(weights: ArrayLike<number>): Uint8Array {
  const packed = new Uint8Array(Math.ceil(weights.length / WEIGHTS_PER_BYTE))
  for (let i = 0; i < weights.length; i++) {
    packed[i >>> 2]! |= codeOf(weights[i]!) << ((i & 3) * 2)
  }
  return packed
}

/**
 * Unpacks bytes from anywhere, and refuses all that {@link packTernary} can't have made.
 *
 * @param count - how many weights there should be; nothing is allocated unless the length agrees
 */
export function unpackTernary(packed: Uint8Array, count: number): UnpackResult {
  if (count < 0 || packed.length !== Math.ceil(count / WEIGHTS_PER_BYTE) || count % 1 !== 0) {
    return { ok: false, code: 'wrong-length' }
  }
  // Code 3 has both of its bits set.
  if (packed.some(byte => (byte & (byte >> 1) & LOW_BITS) !== 0)) {
    return { ok: false, code: 'invalid-code' }
  }
  const rest = count % WEIGHTS_PER_BYTE
  if (rest !== 0 && packed[packed.length - 1]! >> (rest * 2) !== 0) {
    return { ok: false, code: 'dirty-padding' }
  }
  const weights = new Int8Array(count)
  for (let i = 0; i < count; i++) {
    const code = (packed[i >>> 2]! >> ((i & 3) * 2)) & 3
    weights[i] = (code & 1) - (code >> 1)
  }
  return { ok: true, weights }
}

/**
 * How many weights of valid packed bytes are not 0. Doesn't unpack; bytes that
 * {@link unpackTernary} refuses give a meaningless number.
 */
export function countNonZero(packed: Uint8Array): number {
  let count = 0
  for (const byte of packed) count += NON_ZERO_CODES[byte]!
  return count
}

/** The lower bit of each of the four codes of a byte. */
const LOW_BITS = 0b01_01_01_01

/** For each byte, how many of its four codes are not 0. */
const NON_ZERO_CODES = Uint8Array.from(
  { length: 256 },
  (_, byte) => [0, 2, 4, 6].filter(shift => (byte >> shift) & 3).length
)

function codeOf(weight: number): number {
  switch (weight) {
    case 0:
      return 0
    case 1:
      return 1
    case -1:
      return 2
    default:
      throw new FederatedError('bad-weight', `${weight} is no ternary weight, give −1, 0 or +1`)
  }
}
