/** What a model or a caller did that the engine can't honour. */
export type EngineErrorCode =
  /** An event at or before the present. */
  | 'not-ahead'
  /** An event sent with less than the delay its model promised. */
  | 'lookahead'
  /** An event further ahead than the wheel reaches. */
  | 'beyond-horizon'
  /** More events or payload words at once than 31 bits address. */
  | 'too-large'
  /** A handle no pending event carries. */
  | 'bad-handle'
  /** A checkpoint of another run. */
  | 'bad-checkpoint'
  /** A thread ended before its run did. */
  | 'worker-failed'

/** A programmer's error, but for `bad-checkpoint` and `worker-failed`. `code` is stable. */
export class EngineError extends Error {
  readonly code: string

  constructor(code: EngineErrorCode, message: string) {
    super(message)
    this.name = 'EngineError'
    this.code = code
  }
}
