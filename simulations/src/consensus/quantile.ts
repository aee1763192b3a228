/** The least value that `permille` of all don't exceed; `null` of none. */
export function quantileOf(values: readonly number[], permille: number): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * permille) / 1_000) - 1)]!
}
