/** What a caller can get wrong; faults of the network are never errors. */
export type HealthErrorCode = 'bad-limits' | 'bad-rows' | 'bad-slot' | 'bad-capacity'

/** A programmer's error. `code` is stable; the message names the next step. */
export class HealthError extends Error {
  readonly code: HealthErrorCode

  constructor(code: HealthErrorCode, message: string) {
    super(message)
    this.name = 'HealthError'
    this.code = code
  }
}
