/** A report leaves at least this often. */
export const REPORT_MS = 10_000
/** A change must last this long to be worth a report. */
const SETTLE_MS = 500
/** Least time between reports; doubles with each change in a row, up to {@link REPORT_MS}. */
const REPORT_GAP_MS = 1_000
/** Largest jitter. It is stretched over the whole first period: a mesh started at once mustn't report at once. */
export const REPORT_JITTER_MAX_MS = 2_000

/** Why a report is due. */
export type ReportReason = 'change' | 'period'

/** What the schedule sees at a tick: what a report would say now, in any form that compares by `===`. */
export interface ReportInput<Content> {
  readonly content: Content
  /** A fresh random number, 0 to {@link REPORT_JITTER_MAX_MS}. */
  readonly jitterMs: number
}

/** When to send a report: at first, on a change that lasts, and each 10 s less the jitter. */
export class ReportSchedule<Content extends string | number> {
  #sent: Content | undefined
  #sentMs = 0
  #seen: Content | undefined
  #seenMs = 0
  #gapMs = REPORT_GAP_MS
  #periodMs = REPORT_MS

  /** Call it at each tick; `out` is called when a report is to leave. `now` is integer ms. */
  handle(input: ReportInput<Content>, now: number, out: (reason: ReportReason) => void): void {
    const { content, jitterMs } = input
    if (content !== this.#seen) {
      this.#seen = content
      this.#seenMs = now
    }
    const quietMs = now - this.#sentMs
    if (this.#sent === undefined || quietMs >= this.#periodMs) {
      this.#gapMs = REPORT_GAP_MS
      this.#send(content, jitterMs, now)
      out('period')
    } else if (
      content !== this.#sent &&
      now - this.#seenMs >= SETTLE_MS &&
      quietMs >= this.#gapMs
    ) {
      this.#gapMs = Math.min(this.#gapMs * 2, REPORT_MS)
      this.#send(content, jitterMs, now)
      out('change')
    }
  }

  #send(content: Content, jitterMs: number, now: number): void {
    const jitter = Math.min(Math.max(jitterMs, 0), REPORT_JITTER_MAX_MS)
    const spreadMs = this.#sent === undefined ? REPORT_MS - REPORT_GAP_MS : REPORT_JITTER_MAX_MS
    this.#periodMs = REPORT_MS - Math.floor((jitter * spreadMs) / REPORT_JITTER_MAX_MS)
    this.#sent = content
    this.#sentMs = now
  }
}
