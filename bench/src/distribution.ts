/** Sorted, ms. */
export type Sample = readonly number[]

export function sampleOf(values: Iterable<number>): Sample {
  return [...values].sort((a, b) => a - b)
}

/** By nearest rank. */
export function quantile(sample: Sample, percent: number): number {
  const rank = Math.ceil((percent / 100) * sample.length)
  return sample[Math.max(0, rank - 1)] ?? Number.NaN
}

/** The largest difference of two samples' cumulative shares, 0 to 1: Kolmogorov and Smirnov's. */
export function distanceOf(a: Sample, b: Sample): number {
  let [i, j, most] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i]!, b[j]!)
    while (i < a.length && a[i]! <= value) i++
    while (j < b.length && b[j]! <= value) j++
    most = Math.max(most, Math.abs(i / a.length - j / b.length))
  }
  return most
}
