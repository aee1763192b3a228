/** What a caller can get wrong. The codes are stable. */
export type TorusErrorCode =
  | 'bad-sides'
  | 'bad-cell'
  | 'bad-coordinates'
  | 'bad-radius'
  | 'bad-tree'
  | 'bad-generator'
  | 'bad-colouring'
  | 'bad-seed'
  | 'bad-bound'
  | 'bad-limit'
  | 'nobody-home'
  | 'too-large'

/** A programmer's error. `code` is stable; the message names the next step. */
export class TorusError extends Error {
  readonly code: TorusErrorCode

  constructor(code: TorusErrorCode, message: string) {
    super(message)
    this.name = 'TorusError'
    this.code = code
  }
}
