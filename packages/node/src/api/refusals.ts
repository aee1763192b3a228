import type { FastifyError } from 'fastify'
import {
  API_STATUS,
  ApiError,
  type ApiErrorCode,
  CouncilRefusal,
  type ErrorBody
} from './errors.ts'

export interface Refusal {
  readonly status: number
  readonly body: ErrorBody
}

/** What a caller is told of an error; nothing of what went wrong inside. */
export function refusalOf(error: FastifyError | ApiError | CouncilRefusal): Refusal {
  if (error instanceof ApiError) return refusal(error.code, error.message, error.next)
  if (error instanceof CouncilRefusal) {
    const { status, code, message, next } = error
    return { status, body: { code, message, next } }
  }
  if (error.validation !== undefined) return refusal('API_BAD_REQUEST', invalid(error), SEE_OPENAPI)
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return refusal('API_BODY_TOO_LARGE', 'the body is larger than 64 KiB', 'send less')
    case 'FST_ERR_HANDLER_TIMEOUT':
      return refusal('API_TIMEOUT', 'the node took too long', 'try again later')
  }
  const status = error.statusCode ?? API_STATUS.API_INTERNAL
  if (status >= 400 && status < 500) {
    const { body } = refusal('API_BAD_REQUEST', oneLine(error.message), SEE_OPENAPI)
    return { status, body }
  }
  return refusal('API_INTERNAL', 'the node failed to answer', "see the node's log")
}

export const SEE_OPENAPI = 'see GET /openapi.json for what this endpoint takes'

function refusal(code: ApiErrorCode, message: string, next: string): Refusal {
  return { status: API_STATUS[code], body: { code, message, next } }
}

function invalid({ validation, validationContext }: FastifyError): string {
  const [first] = validation ?? []
  if (first?.keyword === 'additionalProperties') {
    return `unknown ${validationContext} field ${oneLine(first.params['additionalProperty'])}`
  }
  const path = first?.instancePath.slice(1).replaceAll('/', '.') ?? ''
  return oneLine([validationContext, path, first?.message].filter(Boolean).join(' '))
}

/** Text that came with a request, fit for one line of a terminal. */
function oneLine(text: unknown): string {
  return String(text)
    .slice(0, 200)
    .replace(/[^\x20-\x7e]/g, '?')
}
