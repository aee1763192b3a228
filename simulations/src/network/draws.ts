import { draw, mix } from '../engine/random.ts'

/** What a network draws for; each has draws of its own, so that one setting leaves the others'. */
export const Purpose = { message: 0, pair: 1, site: 2, access: 3, bandwidth: 4, loss: 5 } as const
export type Purpose = (typeof Purpose)[keyof typeof Purpose]

/** What {@link drawAt} needs of a purpose, computed once. */
export function purposeKey(seed: number, stream: number, purpose: Purpose): number {
  return draw(seed, stream, purpose, 0) | 0
}

/** The unsigned 32-bit draw `n` of `owner`: counter-based, as `draw` of the engine, in two mixings. */
export function drawAt(key: number, owner: number, n: number): number {
  return mix(mix(key ^ owner) ^ n) >>> 0
}

/** Chances are compared with this many bits of a draw; the rest of the word serves other ends. */
export const CHANCE_BITS = 23

/** Below how many of 2^23 equally likely words something of that chance happens. */
export function chance(permille: number): number {
  return Math.floor((permille * 2 ** CHANCE_BITS) / 1_000)
}

/** Whether something of that {@link chance} happens; takes the upper bits of a word. */
export function happens(word: number, threshold: number): boolean {
  return word >>> (32 - CHANCE_BITS) < threshold
}
