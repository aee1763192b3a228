/** Stable codes of what the client itself finds; every other code comes from the node's answer. */
export type ClientErrorCode =
  | 'NODE_NOT_RUNNING'
  | 'NODE_NOT_READY'
  | 'NODE_SILENT'
  | 'NODE_UNKNOWN_ANSWER'

/** A request failed; the message is one line and says what to do. */
export class ApiClientError extends Error {
  override readonly name = 'ApiClientError'
  readonly code: ClientErrorCode | (string & {})

  constructor(code: ClientErrorCode | (string & {}), message: string, next: string) {
    super(`${message}; ${next}`)
    this.code = code
  }
}
