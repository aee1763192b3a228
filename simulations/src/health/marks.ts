/** Interesting states, counted: a mark that stays 0 says that a run proved little. */
// biome-ignore format: a list
export const MARKS = [
  'suspected', 'accused', 'doubted', 'refuted', 'reminded', 'calledDown', 'cleared',
  'probeAnswered', 'dialAnswered', 'dialRefused', 'noticePublished', 'noticeRejected',
  'recounted', 'stalled', 'restarted', 'lied', 'withheld'
] as const
export type Mark = (typeof MARKS)[number]

/** Counts marks, each in its own place of one column. */
export class Marks {
  readonly counts: Float64Array = new Float64Array(MARKS.length)

  hit(mark: Mark): void {
    this.counts[MARKS.indexOf(mark)]!++
  }
}

/** The counts of all shards, by name. */
export function marksOf(counts: readonly Float64Array[]): Record<Mark, number> {
  const total = MARKS.map((mark, i) => [mark, counts.reduce((sum, of) => sum + of[i]!, 0)])
  return Object.fromEntries(total) as Record<Mark, number>
}
