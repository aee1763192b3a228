import { TorusError } from './errors.ts'

/** Length of a seed, in bytes. */
export const SEED_BYTES = 32

/** Integers that follow from a seed alone: the same on every computer. */
export interface RandomStream {
  /** The next integer of 32 bits, uniform. */
  next(): number
  /**
   * The next integer from 0 to `bound − 1`, uniform without bias: draws that would favour some
   * values are thrown away.
   *
   * @param bound - 1 to 2^32
   * @throws TorusError `bad-bound`.
   */
  below(bound: number): number
}

/**
 * The keystream of ChaCha20 (RFC 8439 §2.3) with the seed as key and nonce 0, as little-endian
 * words from block 0 on. It repeats after 2^36 draws. Chosen because it takes exactly a beacon of
 * 32 bytes, needs only 32-bit additions, and has published vectors.
 *
 * @throws TorusError `bad-seed` unless it is {@link SEED_BYTES} long.
 */
export function createRandomStream(seed: Uint8Array): RandomStream {
  if (seed.length !== SEED_BYTES) {
    throw new TorusError('bad-seed', `a seed has ${SEED_BYTES} bytes, not ${seed.length}`)
  }
  const bytes = new DataView(seed.buffer, seed.byteOffset, seed.byteLength)
  const state = new Uint32Array(BLOCK_WORDS)
  state.set(CONSTANTS)
  for (let word = 0; word < SEED_BYTES / 4; word++) {
    state[KEY_WORD + word] = bytes.getUint32(word * 4, true)
  }
  const block = new Uint32Array(BLOCK_WORDS)
  let used = BLOCK_WORDS

  const next = (): number => {
    if (used === BLOCK_WORDS) {
      chachaBlock(state, block)
      state[COUNTER_WORD]!++
      used = 0
    }
    return block[used++]!
  }
  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) {
      throw new TorusError('bad-bound', `${bound} bounds nothing, take an integer from 1 to 2^32`)
    }
    const fair = TWO_32 - (TWO_32 % bound)
    let draw = next()
    while (draw >= fair) draw = next()
    return draw % bound
  }
  return { next, below }
}

const TWO_32 = 2 ** 32
const BLOCK_WORDS = 16
const KEY_WORD = 4
const COUNTER_WORD = 12
/** "expand 32-byte k". */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]
const DOUBLE_ROUNDS = 10

/** Writes the block of `state` to `out`; both hold 16 words. */
function chachaBlock(state: Uint32Array, out: Uint32Array): void {
  out.set(state)
  for (let round = 0; round < DOUBLE_ROUNDS; round++) {
    for (let column = 0; column < 4; column++) {
      quarterRound(out, column, column + 4, column + 8, column + 12)
    }
    for (let column = 0; column < 4; column++) {
      const [b, c, d] = [(column + 1) & 3, (column + 2) & 3, (column + 3) & 3]
      quarterRound(out, column, b + 4, c + 8, d + 12)
    }
  }
  for (let word = 0; word < BLOCK_WORDS; word++) out[word]! += state[word]!
}

function quarterRound(words: Uint32Array, a: number, b: number, c: number, d: number): void {
  mix(words, a, b, d, 16)
  mix(words, c, d, b, 12)
  mix(words, a, b, d, 8)
  mix(words, c, d, b, 7)
}

/** `x += y; z = (z ^ x) <<< bits` on 32-bit words. */
function mix(words: Uint32Array, x: number, y: number, z: number, bits: number): void {
  words[x]! += words[y]!
  const mixed = words[z]! ^ words[x]!
  words[z] = (mixed << bits) | (mixed >>> (32 - bits))
}
