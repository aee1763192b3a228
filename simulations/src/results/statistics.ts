import { drawBelow } from '../engine/random.ts'

/** An estimate with its 95 % confidence interval; `low` and `high` are `null` where `n` is too small. */
export interface Interval {
  readonly n: number
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

/** A sample in figures; of an empty one there is none. */
export interface Description {
  readonly n: number
  readonly mean: Interval
  readonly median: Interval
  readonly min: number
  readonly max: number
}

/** y = factor · x^exponent, fitted by least squares on logarithms. */
export interface PowerFit {
  readonly exponent: Interval
  readonly factor: number
}

/** 97.5 % points of Student's t for 1 to 30 degrees of freedom; then from so many on. */
export const T_975: readonly number[] = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042
]
export const T_975_ABOVE: readonly { readonly from: number; readonly t: number }[] = [
  // The normal's 1.960 is reached only far out: the table errs on the wide side between its rows.
  { from: 1_000, t: 1.962 },
  { from: 120, t: 1.98 },
  { from: 60, t: 2 },
  { from: 40, t: 2.021 },
  { from: 31, t: 2.042 }
]
const BOOTSTRAP_SEED = 0x7075_7473
const BOOTSTRAP_RESAMPLES = 1_000
/** Fewer values have no 95 % interval of the median: the extremes alone cover less. */
const MIN_BOOTSTRAP = 6

/** Two-sided 95 % point of Student's t. */
export function studentT(degrees: number): number {
  return T_975[degrees - 1] ?? T_975_ABOVE.find(({ from }) => degrees >= from)!.t
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

/** Mean with Student's interval: the values are taken as independent, one a seed. */
export function meanInterval(values: ArrayLike<number>): Interval {
  const n = values.length
  const value = mean(values)
  if (n < 2) return { n, value, low: null, high: null }
  let squares = 0
  for (let i = 0; i < n; i++) squares += (values[i]! - value) ** 2
  const half = studentT(n - 1) * Math.sqrt(squares / (n - 1) / n)
  return { n, value, low: value - half, high: value + half }
}

/** Quantile of ascending values, linear between neighbours (type 7 of Hyndman and Fan). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share
  const below = Math.floor(at)
  const low = sorted[below]!
  return at === below ? low : low + (sorted[below + 1]! - low) * (at - below)
}

/** Quantile with a percentile bootstrap interval; its draws depend on the values' number alone. */
export function quantileInterval(sorted: Float64Array, share: number): Interval {
  const n = sorted.length
  const value = quantile(sorted, share)
  if (n < MIN_BOOTSTRAP) return { n, value, low: null, high: null }
  const resample = new Float64Array(n)
  const found = new Float64Array(BOOTSTRAP_RESAMPLES)
  for (let round = 0; round < BOOTSTRAP_RESAMPLES; round++) {
    for (let i = 0; i < n; i++) resample[i] = sorted[drawBelow(n, BOOTSTRAP_SEED, n, round, i)]!
    found[round] = quantile(resample.sort(), share)
  }
  found.sort()
  return { n, value, low: quantile(found, 0.025), high: quantile(found, 0.975) }
}

export function describe(values: readonly number[]): Description | undefined {
  if (values.length === 0) return undefined
  const sorted = Float64Array.from(values).sort()
  return {
    n: sorted.length,
    mean: meanInterval(sorted),
    median: quantileInterval(sorted, 0.5),
    min: sorted[0]!,
    max: sorted.at(-1)!
  }
}

/** Growth of positive `ys` over positive `xs`; `undefined` for fewer than three different `xs`. */
export function fitPower(xs: readonly number[], ys: readonly number[]): PowerFit | undefined {
  const n = xs.length
  if (new Set(xs).size < 3 || xs.some(x => x <= 0) || ys.some(y => y <= 0)) return undefined
  const logXs = xs.map(Math.log)
  const logYs = ys.map(Math.log)
  const meanX = mean(logXs)
  const meanY = mean(logYs)
  let xx = 0
  let xy = 0
  for (let i = 0; i < n; i++) {
    xx += (logXs[i]! - meanX) ** 2
    xy += (logXs[i]! - meanX) * (logYs[i]! - meanY)
  }
  const slope = xy / xx
  const intercept = meanY - slope * meanX
  let residuals = 0
  for (let i = 0; i < n; i++) residuals += (logYs[i]! - intercept - slope * logXs[i]!) ** 2
  const half = studentT(n - 2) * Math.sqrt(residuals / (n - 2) / xx)
  return {
    exponent: { n, value: slope, low: slope - half, high: slope + half },
    factor: Math.exp(intercept)
  }
}
