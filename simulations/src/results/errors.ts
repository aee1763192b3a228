export type ResultsErrorCode =
  /** No results folder, or one of another format. */
  | 'not-results'
  /** A file is missing, cut short, changed, or not what it says. */
  | 'damaged-results'
  /** The folder belongs to another sweep, code or data. */
  | 'other-sweep'
  /** Two outcomes of one run. */
  | 'conflicting-run'
  /** Runs are missing. */
  | 'incomplete-results'
  /** More than the limits allow. */
  | 'too-large'

/** What can be wrong with a results folder. `code` is stable; the message names the file and the next step. */
export class ResultsError extends Error {
  readonly code: ResultsErrorCode

  constructor(code: ResultsErrorCode, message: string) {
    super(message)
    this.name = 'ResultsError'
    this.code = code
  }
}
