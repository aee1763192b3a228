/** A repeatable draw of a whole number in [0, below): the same for the same seed and counter. */
export function draw(seed: number, counter: number, below: number): number {
  let x = (Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(counter + 1, 0x85ebca6b)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d) >>> 0
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b) >>> 0
  return ((x ^ (x >>> 16)) >>> 0) % below
}
