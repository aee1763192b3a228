/** What an operator or a caller has to mend; each message ends with the next step. */
export type OperatorErrorCode =
  | 'CATALOGUE_INVALID'
  | 'RULES_INVALID'
  | 'SCENARIO_INVALID'
  | 'LIMITS_INVALID'
  | 'ENGINE_AWAY'
  | 'ENGINE_DENIED'
  | 'ENGINE_TIMEOUT'
  | 'ENGINE_REFUSED'
  | 'ENGINE_MALFORMED'
  | 'ACTION_UNSUPPORTED'
  | 'ACTION_FAILED'
  | 'APPROVAL_UNKNOWN'
  | 'APPROVAL_TOKEN'
  | 'GRANT_REFUSED'
  | 'AGENT_OFF'

/** A failure with a stable `code` and a one-line message that says what to do. */
export class OperatorError extends Error {
  readonly code: OperatorErrorCode

  constructor(code: OperatorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'OperatorError'
    this.code = code
  }
}
