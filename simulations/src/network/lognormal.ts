/** Entries of a table are the quantiles (i + 0.5) / 512. */
export const QUANTILE_BITS = 9
const QUANTILES = 1 << QUANTILE_BITS

/** The quantile that a draw chooses: its low bits, which no chance looks at. */
export function quantileOf(word: number): number {
  return word & (QUANTILES - 1)
}

/** Factors are in 65,536ths. */
export const FACTOR_ONE = 0x1_0000

/** Upper half of the standard normal distribution's quantiles, in 10,000ths; it is symmetric. */
// biome-ignore format: a table
const NORMAL_QUANTILES = [
  24, 73, 122, 171, 220, 269, 318, 367, 416, 465, 514, 563, 612, 661, 710, 760, 809, 858, 907, 956,
  1005, 1055, 1104, 1153, 1202, 1252, 1301, 1350, 1400, 1449, 1499, 1548, 1598, 1648, 1697, 1747,
  1797, 1846, 1896, 1946, 1996, 2046, 2096, 2146, 2196, 2246, 2297, 2347, 2397, 2448, 2498, 2549,
  2599, 2650, 2701, 2751, 2802, 2853, 2904, 2955, 3007, 3058, 3109, 3161, 3212, 3264, 3315, 3367,
  3419, 3471, 3523, 3575, 3627, 3680, 3732, 3785, 3837, 3890, 3943, 3996, 4049, 4102, 4156, 4209,
  4263, 4316, 4370, 4424, 4478, 4532, 4587, 4641, 4696, 4750, 4805, 4860, 4915, 4971, 5026, 5082,
  5138, 5194, 5250, 5306, 5362, 5419, 5476, 5533, 5590, 5647, 5705, 5762, 5820, 5878, 5937, 5995,
  6054, 6113, 6172, 6231, 6291, 6351, 6411, 6471, 6531, 6592, 6653, 6714, 6776, 6837, 6899, 6962,
  7024, 7087, 7150, 7213, 7277, 7341, 7405, 7470, 7535, 7600, 7665, 7731, 7797, 7864, 7931, 7998,
  8066, 8134, 8202, 8271, 8340, 8409, 8479, 8550, 8620, 8691, 8763, 8835, 8908, 8981, 9054, 9128,
  9203, 9278, 9353, 9430, 9506, 9583, 9661, 9740, 9819, 9898, 9978, 10059, 10141, 10223, 10306,
  10389, 10474, 10559, 10645, 10732, 10819, 10907, 10997, 11087, 11178, 11269, 11362, 11456, 11551,
  11647, 11744, 11842, 11941, 12042, 12144, 12247, 12351, 12457, 12564, 12672, 12782, 12894, 13007,
  13122, 13239, 13357, 13478, 13600, 13725, 13851, 13980, 14111, 14245, 14382, 14521, 14663, 14808,
  14956, 15107, 15262, 15421, 15584, 15751, 15923, 16099, 16280, 16468, 16661, 16860, 17066, 17280,
  17502, 17733, 17974, 18226, 18490, 18768, 19061, 19371, 19701, 20054, 20434, 20846, 21296, 21795,
  22354, 22994, 23744, 24658, 25840, 27555, 30973
] as const

const UNIT = 10_000_000n
const FIXED_BITS = 48n
const FIXED_ONE = 1n << FIXED_BITS

const tables = new Map<number, Uint32Array>()

/**
 * Quantiles of a lognormal distribution with median 1, ascending: 512 factors in 65,536ths. Computed in
 * whole numbers, so every machine has the same table; kept, one for each sigma.
 *
 * @param sigmaPermille - a whole number from 0 to 1,300
 */
export function lognormalFactors(sigmaPermille: number): Uint32Array {
  const known = tables.get(sigmaPermille)
  if (known !== undefined) return known
  const factors = new Uint32Array(QUANTILES)
  const half = QUANTILES / 2
  for (const [i, quantile] of NORMAL_QUANTILES.entries()) {
    const grown = exponential(BigInt(quantile * sigmaPermille))
    factors[half + i] = rounded(grown)
    factors[half - 1 - i] = rounded((FIXED_ONE * FIXED_ONE) / grown)
  }
  tables.set(sigmaPermille, factors)
  return factors
}

/** e^(x / 10,000,000) for x >= 0, in 2^48ths, by its series. */
function exponential(x: bigint): bigint {
  let term = FIXED_ONE
  let sum = 0n
  for (let n = 1n; term > 0n; n++) {
    sum += term
    term = (term * x) / (UNIT * n)
  }
  return sum
}

function rounded(fixed: bigint): number {
  const shift = FIXED_BITS - 16n
  return Number((fixed + (1n << (shift - 1n))) >> shift)
}
