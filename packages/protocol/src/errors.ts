/** What a caller can get wrong; the codes are stable. Expected failures are values, see `reject.ts`. */
export type ProtocolErrorCode =
  | 'bad-key'
  | 'bad-seed'
  | 'bad-context'
  | 'bad-argument'
  | 'suite-unknown'
  | 'suite-refused'
  | 'verifier-full'
  | 'pool-full'
  | 'pool-closed'
  | 'pool-failed'

/** A programmer's error, or a worker that died. The message names the next step, never key material. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode

  constructor(code: ProtocolErrorCode, message: string) {
    super(message)
    this.name = 'ProtocolError'
    this.code = code
  }
}
