/** What a caller can get wrong. The codes are stable. */
export type FederatedErrorCode =
  | 'bad-weight'
  | 'bad-shape'
  | 'bad-observation'
  | 'workspace-full'
  | 'no-simd'
  | 'lane-lost'

/** A programmer's error. `code` is stable; the message names the next step. */
export class FederatedError extends Error {
  readonly code: FederatedErrorCode

  constructor(code: FederatedErrorCode, message: string) {
    super(message)
    this.name = 'FederatedError'
    this.code = code
  }
}
