import { assertTabulable } from './graph.ts'
import { ball } from './layers.ts'
import { createRandomStream, type RandomStream } from './random.ts'
import type { Torus } from './torus.ts'

/**
 * Uniform long links: each cell dials one and accepts one, so it has exactly two (one on a torus of
 * two cells).
 */
export interface LongLinks {
  /**
   * No long link is shorter than this: 3, or what {@link longLinkPermutation} says for small tori.
   */
  readonly leastDistance: number
  /** π: for each cell the one it dials. Never itself. */
  readonly dials: Int32Array
  /** π⁻¹: for each cell the one that dials it, so `accepts[dials[cell]] === cell`. */
  readonly accepts: Int32Array
}

/** Shorter than this, a link goes where the torus already leads in two hops. */
const WANTED_DISTANCE = 3

/**
 * Draws the long links of all cells from a seed, at cost cells: the same on every node that knows
 * the seed.
 *
 * The links form one ring through all cells in random order, uniform but for the repair of short
 * links. So no cell is linked with itself or twice with one other, and the long links alone keep
 * all cells connected.
 *
 * Distance: no link is shorter than m, the largest of 3, 2 and 1 with at most half of all cells
 * closer than m to a given cell: 3 on 8×8×8, where 25 cells of 512 are closer. Up to there the
 * repair below always succeeds.
 *
 * @param seed - 32 bytes, such as the epoch's beacon
 * @throws TorusError `bad-seed`; `too-large` above MAX_TABLE_CELLS cells.
 */
export function longLinkPermutation(torus: Torus, seed: Uint8Array): LongLinks {
  assertTabulable(torus)
  const random = createRandomStream(seed)
  const ring = Int32Array.from({ length: torus.cells }, (_, cell) => cell)
  for (let last = ring.length - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const cell = ring[last]!
    ring[last] = ring[other]!
    ring[other] = cell
  }
  const leastDistance = feasibleDistance(torus)
  repairShortLinks(torus, ring, leastDistance, random)

  const dials = new Int32Array(torus.cells)
  const accepts = new Int32Array(torus.cells)
  for (const [at, cell] of ring.entries()) {
    const next = ring[(at + 1) % ring.length]!
    dials[cell] = next
    accepts[next] = cell
  }
  return { leastDistance, dials, accepts }
}

function feasibleDistance(torus: Torus): number {
  let least = WANTED_DISTANCE
  while (ball(torus, 0, least - 1).length * 2 > torus.cells) least--
  return least
}

/**
 * Makes every link of the ring at least `least` long. A short link u → v is replaced by cutting the
 * ring at another link p → q and turning round the stretch v … p: then u → p and v → q. Such a p
 * with both new links long enough always exists, since each of u and v is far from at least half of
 * the cells (Ore's theorem; the repair is that of E. M. Palmer, "The hidden algorithm of Ore's
 * theorem on Hamiltonian cycles", 1997). A repair adds no short link, and turns round only links
 * that lie ahead or are already long enough, so one pass is enough.
 */
function repairShortLinks(
  torus: Torus,
  ring: Int32Array,
  least: number,
  random: RandomStream
): void {
  const { length } = ring
  const isShort = (a: number, b: number): boolean =>
    torus.distance(ring[a % length]!, ring[b % length]!) < least
  for (let u = 0; u < length; u++) {
    const v = u + 1
    if (!isShort(u, v)) continue
    // p runs from v + 1 to u − 2, from a random start on, so that no cell is preferred.
    const choices = length - 3
    let choice = random.below(choices)
    while (isShort(u, v + 1 + choice) || isShort(v, v + 2 + choice)) choice = (choice + 1) % choices
    const first = v % length
    const last = (v + 1 + choice) % length
    // Turning round the stretch or all the rest makes the same ring; one of the two doesn't wrap
    // around.
    if (first <= last) ring.subarray(first, last + 1).reverse()
    else ring.subarray(last + 1, first).reverse()
  }
}
