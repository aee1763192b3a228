/** How far two groups lie apart. */
export interface Shift {
  /** Hodges and Lehmann's estimate: the median of all differences. */
  readonly estimate: number
  /** The ends of the interval of 98 %. */
  readonly low: number
  readonly high: number
}

/** Kayenta's: an interval has to clear so much of its own estimate, in permille (0.25). */
export const TOLERANCE_PERMILLE = 250
/** Square of the normal quantile 0.99 (2.3263), times 1,000: two-sided confidence 0.98, as Kayenta's. */
const Z_SQUARED_MILLI = 5_412n
/** Values of a group that are looked at. */
export const GROUP_MAX = 512

/**
 * The shift between two groups of integers with the interval of Mann and Whitney's test at confidence
 * 0.98, by the normal approximation; `undefined` where the groups are too small to say anything.
 *
 * @param treated - at most {@link GROUP_MAX} values are looked at
 */
export function shiftOf(treated: readonly number[], control: readonly number[]): Shift | undefined {
  const a = treated.slice(0, GROUP_MAX)
  const b = control.slice(0, GROUP_MAX)
  const pairs = a.length * b.length
  // Half the width is z · √(m n (m + n + 1) / 12); everything is doubled to stay whole.
  const square = (4n * Z_SQUARED_MILLI * BigInt(pairs) * BigInt(a.length + b.length + 1)) / 12_000n
  const skipped = Math.floor((pairs - rootOf(square)) / 2)
  if (skipped < 1) return undefined
  const differences = new Float64Array(pairs)
  let at = 0
  for (const x of a) for (const y of b) differences[at++] = x - y
  differences.sort()
  return {
    estimate: differences[(pairs - 1) >> 1]!,
    low: differences[skipped - 1]!,
    high: differences[pairs - skipped]!
  }
}

/** Kayenta's rule: the interval lies above a quarter of the estimate. */
export function isHigher({ estimate, low }: Shift): boolean {
  return low * 1_000 > TOLERANCE_PERMILLE * Math.abs(estimate)
}

/** The least integer whose square is no less. */
function rootOf(square: bigint): number {
  let low = 0n
  let high = square + 1n
  while (low < high) {
    const middle = (low + high) >> 1n
    if (middle * middle < square) low = middle + 1n
    else high = middle
  }
  return Number(low)
}
