/** What a caller of governance can get wrong. The codes are stable. */
export type GovernanceErrorCode =
  | 'not-canonical'
  | 'too-large'
  | 'bad-rows'
  | 'events-unordered'
  | 'no-history'
  | 'unknown-version'
  | 'unknown-member'
  | 'not-counted'

/** A programmer's error. `code` is stable; the message names the next step. */
export class GovernanceError extends Error {
  readonly code: GovernanceErrorCode

  constructor(code: GovernanceErrorCode, message: string) {
    super(message)
    this.name = 'GovernanceError'
    this.code = code
  }
}
