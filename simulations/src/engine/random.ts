/**
 * The `n`-th 32-bit draw of a stream that belongs to one node. Counter-based: a draw depends on nothing
 * but its arguments, so removing one fault from a run leaves every other draw as it was.
 *
 * The finaliser is MurmurHash3's `fmix32` (A. Appleby, public domain), once an argument.
 */
export function draw(seed: number, stream: number, node: number, n: number): number {
  return mix(mix(mix(mix(seed) ^ stream) ^ node) ^ n) >>> 0
}

/** A draw in 0 to `bound` - 1, `bound` at most 2^21; the bias is below bound / 2^32. */
export function drawBelow(
  bound: number,
  seed: number,
  stream: number,
  node: number,
  n: number
): number {
  return Math.floor((draw(seed, stream, node, n) * bound) / 0x1_0000_0000)
}

/** Spreads every bit of a 32-bit word over the whole word. */
export function mix(word: number): number {
  let h = (word + 0x9e37_79b9) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35)
  return h ^ (h >>> 16)
}
