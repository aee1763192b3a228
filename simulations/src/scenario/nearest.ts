const MAX_CHARS = 64

/** The name that was probably meant, or `undefined` when none is near. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const near = names
    .map(name => ({ name, distance: editDistance(typed, name) }))
    .filter(({ distance }) => distance <= Math.max(2, typed.length / 3))
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.name
}

/** Levenshtein distance, case ignored, of the first 64 characters. */
function editDistance(left: string, right: string): number {
  const a = left.slice(0, MAX_CHARS).toLowerCase()
  const b = right.slice(0, MAX_CHARS).toLowerCase()
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
