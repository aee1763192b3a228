const BUCKET_MS = 4
const BUCKETS = 16_384

/** How long after a crash each node heard of it: counts by 4 ms, the last for all that took longer. */
export class SpreadTimes {
  readonly counts: Int32Array = new Int32Array(BUCKETS)

  add(tookMs: number): void {
    this.counts[Math.min(BUCKETS - 1, Math.floor(tookMs / BUCKET_MS))]!++
  }
}

/** Upper border of the bucket below which so many percent of all shards' counts lie, ms; `null` of none. */
export function spreadQuantileMs(shards: readonly Int32Array[], percent: number): number | null {
  const counts = new Float64Array(BUCKETS)
  for (const shard of shards) for (let at = 0; at < BUCKETS; at++) counts[at]! += shard[at]!
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let below = 0
  let at = 0
  for (; at < BUCKETS - 1; at++) {
    below += counts[at]!
    if (below * 100 >= total * percent) break
  }
  return (at + 1) * BUCKET_MS
}
