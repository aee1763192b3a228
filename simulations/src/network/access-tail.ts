import { drawAt } from './draws.ts'

/**
 * Quantiles k / 100 of a generalised Pareto distribution with shape 1.4, scale 0.35 and location -0.3,
 * in µs of a round trip, negative ones as 0: what Wittgenstein (ConsenSys, Apache-2.0) adds to measured
 * round trips. Its own steps of a hundredth are kept: without an end the mean would be infinite.
 */
// biome-ignore format: a table
const ACCESS_ROUND_TRIP_US = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 27, 42, 58, 75, 92,
  110, 129, 149, 169, 191, 215, 239, 265, 292, 321, 352, 384, 419, 456, 495,
  537, 582, 630, 682, 738, 799, 864, 936, 1013, 1098, 1191, 1294, 1407, 1532, 1672,
  1830, 2007, 2208, 2438, 2702, 3010, 3371, 3799, 4315, 4945, 5730, 6728, 8033, 9797,
  12289, 16022, 22099, 33332, 59222, 157189
] as const

/** Halved, in grains. */
const ACCESS_GRAINS = Int32Array.from(ACCESS_ROUND_TRIP_US, us => Math.round((us * 1024) / 2000))

/** What the last mile of a node adds to each message it sends or gets, in grains. */
export function accessGrains(key: number, node: number): number {
  return ACCESS_GRAINS[drawAt(key, node, 0) % ACCESS_GRAINS.length]!
}
