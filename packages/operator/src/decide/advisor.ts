const WEEK_MS = 7 * 24 * 3_600_000
/** Fewer comparisons than these prove nothing, however long they took. */
const MIN_CASES = 100
const MAX_CASES = 10_000
const LEAD_PERMILLE = 950
const LOSE_PERMILLE = 900

/**
 * How often a model agreed with the rules where these knew the pattern. It leads on unknown patterns
 * after more than 95 % over seven days, and loses that below 90 %. Deterministic, time is injected.
 */
export class AdvisorRecord {
  /** Oldest first; the last 10,000. */
  readonly #cases: { readonly atMs: number; readonly agreed: boolean }[] = []
  #firstMs: number | undefined
  #leads = false

  get role(): 'advises' | 'leads' {
    return this.#leads ? 'leads' : 'advises'
  }

  compare(agreed: boolean, now: number): void {
    this.#firstMs ??= now
    this.#cases.push({ atMs: now, agreed })
    while (this.#cases.length > MAX_CASES || this.#cases[0]!.atMs < now - WEEK_MS) {
      this.#cases.shift()
    }
    const agreeing = this.#cases.filter(({ agreed }) => agreed).length * 1_000
    const of = this.#cases.length
    if (agreeing < LOSE_PERMILLE * of) {
      this.#leads = false
      this.#firstMs = now
    }
    const longEnough = now - this.#firstMs >= WEEK_MS && of >= MIN_CASES
    if (longEnough && agreeing > LEAD_PERMILLE * of) this.#leads = true
  }
}
