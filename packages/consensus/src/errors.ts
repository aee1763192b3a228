/** What a caller can get wrong. The codes are stable. */
export type ConsensusErrorCode =
  | 'bad-count'
  | 'bad-share'
  | 'bad-epoch'
  | 'bad-port'
  | 'foreign-record'
  | 'bad-record'

/** A programmer's error. `code` is stable; the message names the next step. */
export class ConsensusError extends Error {
  readonly code: ConsensusErrorCode

  constructor(code: ConsensusErrorCode, message: string) {
    super(message)
    this.name = 'ConsensusError'
    this.code = code
  }
}
