/** What can be wrong with a sweep. Stable. */
export type SweepErrorCode =
  /** The same run is asked for, or given, twice. */
  | 'duplicate-run'
  | 'empty-sweep'
  | 'too-many-runs'
  | 'bad-shard'
  /** A folder belongs to another sweep, or to another version of the code. */
  | 'other-manifest'
  | 'bad-manifest'
  | 'missing-runs'
  /** A file or a message isn't what was written. */
  | 'damaged-result'
  | 'result-too-large'
  | 'bad-job'
  | 'other-code'
  | 'redis-unreachable'
  | 'run-failed'
  | 'worker-crashed'
  | 'cancelled'

/** A sweep can't start, or can't go on; the message is one line and ends with the next step. */
export class SweepError extends Error {
  readonly code: SweepErrorCode

  constructor(code: SweepErrorCode, message: string) {
    super(message)
    this.name = 'SweepError'
    this.code = code
  }
}
