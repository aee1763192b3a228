import {
  COUNCIL_MESSAGE_MAX_BYTES,
  COUNCIL_MESSAGES_MAX,
  COUNCIL_REQUEST_MAX_BYTES,
  COUNCIL_RESPONSE_MAX_BYTES,
  SAID_MAX_BYTES
} from '../limits.ts'
import {
  CouncilRequest,
  CouncilResponse,
  CouncilStatement,
  GovernanceStatement
} from '../messages.ts'
import type { Checked } from '../reject.ts'
import { decodeMessage, type MessageRules } from './decode.ts'
import { hasBytes, isCount, isId } from './rules.ts'

/** A validator's vote or approval: its fields and the longest signature. */
const WORD_MAX_BYTES = 4_096

const governance: MessageRules<GovernanceStatement> = {
  type: GovernanceStatement,
  maxBytes: SAID_MAX_BYTES,
  isValid: ({ said }) => hasBytes(said, SAID_MAX_BYTES)
}

const statement: MessageRules<CouncilStatement & CouncilStatement.$Shape> = {
  type: CouncilStatement,
  maxBytes: COUNCIL_MESSAGE_MAX_BYTES,
  isValid(message) {
    switch (message.kind) {
      case 'engine':
        return hasBytes(message.engine, COUNCIL_MESSAGE_MAX_BYTES)
      case 'approval':
        return hasBytes(message.approval, WORD_MAX_BYTES)
      case 'evidence':
        return hasBytes(message.evidence, COUNCIL_MESSAGE_MAX_BYTES)
      case undefined:
        return false
      default:
        return message satisfies never
    }
  }
}

const request: MessageRules<CouncilRequest & CouncilRequest.$Shape> = {
  type: CouncilRequest,
  maxBytes: COUNCIL_REQUEST_MAX_BYTES,
  isValid(message) {
    switch (message.kind) {
      case 'message':
        return hasBytes(message.message, COUNCIL_REQUEST_MAX_BYTES)
      case 'since':
        return isId(message.since.epoch) && isCount(message.since.view)
      case undefined:
        return false
      default:
        return message satisfies never
    }
  }
}

const response: MessageRules<CouncilResponse> = {
  type: CouncilResponse,
  maxBytes: COUNCIL_RESPONSE_MAX_BYTES,
  isValid: ({ messages }) =>
    messages.length <= COUNCIL_MESSAGES_MAX &&
    messages.every(bytes => hasBytes(bytes, COUNCIL_RESPONSE_MAX_BYTES))
}

/** Decodes the payload of subject `governance`; what is said in it is the council's to read. */
export function decodeGovernanceStatement(bytes: Uint8Array): Checked<GovernanceStatement> {
  return decodeMessage(bytes, governance)
}

/** Decodes the payload of subject `vote`; the bytes inside are the council's to read. */
export function decodeCouncilStatement(
  bytes: Uint8Array
): Checked<CouncilStatement & CouncilStatement.$Shape> {
  return decodeMessage(bytes, statement)
}

export function decodeCouncilRequest(
  bytes: Uint8Array
): Checked<CouncilRequest & CouncilRequest.$Shape> {
  return decodeMessage(bytes, request)
}

export function decodeCouncilResponse(bytes: Uint8Array): Checked<CouncilResponse> {
  return decodeMessage(bytes, response)
}
