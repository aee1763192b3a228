const MAX_CHARS = 64

/**
 * The candidate a mistyped dotted name was probably meant to be, or `undefined` when none is near.
 *
 * A name without its section counts as near: `port` means `api.port`.
 */
export function nearest(typed: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const distance = Math.min(
      editDistance(typed, candidate),
      1 + editDistance(lastPart(typed), lastPart(candidate))
    )
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return bestDistance <= Math.max(2, typed.length / 3) ? best : undefined
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1)
}

/** Levenshtein distance, case ignored, of the first 64 characters. */
function editDistance(left: string, right: string): number {
  const a = left.slice(0, MAX_CHARS).toLowerCase()
  const b = right.slice(0, MAX_CHARS).toLowerCase()
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[b.length]!
}
