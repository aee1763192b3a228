import type { Said } from '../council/index.ts'

/** Stable codes of the API's refusals, with their HTTP status. */
export const API_STATUS = {
  API_BAD_REQUEST: 400,
  API_UNAUTHORIZED: 401,
  API_FORBIDDEN_ORIGIN: 403,
  API_NOT_FOUND: 404,
  LEDGER_SEQ_UNKNOWN: 404,
  PROPOSAL_UNKNOWN: 404,
  APPROVAL_UNKNOWN: 404,
  INCIDENT_UNKNOWN: 404,
  API_CONFLICT: 409,
  AGENT_OFF: 409,
  APPROVAL_TOKEN: 409,
  GRANT_REFUSED: 409,
  LEDGER_VERIFY_RUNNING: 409,
  API_BODY_TOO_LARGE: 413,
  API_WRONG_HOST: 421,
  API_RATE_LIMITED: 429,
  API_INTERNAL: 500,
  API_TIMEOUT: 503,
  API_TOO_MANY_STREAMS: 503
} as const

/** Codes that an {@link ApiError} may carry. */
export type ApiErrorCode = keyof typeof API_STATUS

/** Body of every answer that isn't a success. */
export interface ErrorBody {
  code: string
  message: string
  /** What to do about it. */
  next: string
}

/** A refusal that the caller is told. Ports may throw it; anything else they throw is `API_INTERNAL`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ApiErrorCode
  readonly next: string

  constructor(code: ApiErrorCode, message: string, next: string) {
    super(message)
    this.code = code
    this.next = next
  }
}

const UNKNOWN: ReadonlySet<string> = new Set(['unknown-proposal', 'unknown-appeal'])

/** The council doesn't take what this node was asked to say; its code is the council's own. */
export class CouncilRefusal extends Error {
  override readonly name = 'CouncilRefusal'
  readonly code: string
  readonly next: string

  constructor(code: string, next: string) {
    super(`the council refuses: ${code.replaceAll('-', ' ')}`)
    this.code = code
    this.next = next
  }

  get status(): number {
    return UNKNOWN.has(this.code) ? API_STATUS.API_NOT_FOUND : API_STATUS.API_CONFLICT
  }
}

/**
 * What the council took.
 *
 * @throws CouncilRefusal
 */
export function taken<Value>(said: Said<Value>): Value {
  if (said.ok) return said.value
  throw new CouncilRefusal(said.code, said.nextStep)
}

/** The API could not start to listen. */
export class ApiListenError extends Error {
  override readonly name = 'ApiListenError'
  readonly code: 'API_PORT_TAKEN' | 'API_NOT_LOOPBACK' | 'API_LISTEN_FAILED'

  constructor(code: ApiListenError['code'], message: string) {
    super(message)
    this.code = code
  }
}
