/** What a caller can get wrong; faults of the network are never errors. */
export type GossipErrorCode = 'bad-plan' | 'bad-rows' | 'bad-limits' | 'bad-cell' | 'bad-slot'

/** A programmer's error. `code` is stable; the message names the next step. */
export class GossipError extends Error {
  readonly code: GossipErrorCode

  constructor(code: GossipErrorCode, message: string) {
    super(message)
    this.name = 'GossipError'
    this.code = code
  }
}
