/** One-way delays of the flood model lie between these, both included. */
export const LATENCY_MIN_MS = 20
export const LATENCY_MAX_MS = 83

const SPREAD_MASK: number = LATENCY_MAX_MS - LATENCY_MIN_MS

/** Delay of a directed link, whole ms: one integer hash of its number and the seed. */
export function linkLatencyMs(link: number, seed: number): number {
  let h = Math.imul(link ^ seed, 0x9e37_79b1)
  h ^= h >>> 15
  h = Math.imul(h, 0x85eb_ca77)
  h ^= h >>> 13
  return LATENCY_MIN_MS + (h & SPREAD_MASK)
}

/** Ms after which a message has surely reached everybody on a torus, and its last copy somebody. */
export function periodMsOf(sides: readonly number[]): number {
  const diameter = sides.reduce((sum, side) => sum + Math.floor(side / 2), 0)
  return (diameter + 1) * LATENCY_MAX_MS + 2
}
