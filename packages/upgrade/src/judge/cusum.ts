/**
 * A sequential test of one member on one signal. Were the upgrade harmless, the member would be as
 * likely as any other to be among the worst tenth of a moment; each time it is speaks against it.
 * The steps are log-likelihood ratios of one half against one tenth, in thousandths: ln 5 and
 * ln (0.5 / 0.9).
 */
export const HIT_MILLI = 1_609
export const MISS_MILLI = -588
/** ln 8,886,110: ten moments in a row, out of reach for the noise of good upgrades. */
export const ALARM_MILLI = 16_000
/** Of the control group, one in so many may be worse than what counts as a hit. */
const WORST_PART = 10

/** Page's cumulative sum: never below 0, so that a good past excuses nothing. */
export function cusum(sum: number, isHit: boolean): number {
  return Math.max(0, sum + (isHit ? HIT_MILLI : MISS_MILLI))
}

/** The score that nine tenths of a control group don't pass. */
export function worstTenth(scores: Float64Array): number {
  scores.sort()
  return scores[scores.length - 1 - Math.floor(scores.length / WORST_PART)]!
}
