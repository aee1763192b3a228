import {
  DATAGRAM_KEY_BYTES,
  DIGESTS_PER_FRAME_MAX,
  FRAME_MAX_BYTES,
  RECORD_MAX_BYTES,
  RECORDS_PER_ANSWER_MAX,
  REQUEST_MAX_BYTES,
  SHORT_ID_BYTES,
  TIDINGS_MAX
} from '../limits.ts'
import {
  type DatagramOffer,
  type Digests,
  FindCellRequest,
  FindCellResponse,
  LinkFrame,
  type Tidings
} from '../messages.ts'
import type { Checked } from '../reject.ts'
import { decodeMessage, type MessageRules } from './decode.ts'
import { hasBytes, hasEntries, isCount, isId, isIdOrNone } from './rules.ts'

const frame: MessageRules<LinkFrame & LinkFrame.$Shape> = {
  type: LinkFrame,
  maxBytes: FRAME_MAX_BYTES,
  listFields: [6],
  isValid(message) {
    if (message.datagrams != null && !isOffer(message.datagrams)) return false
    switch (message.kind) {
      case 'beat':
      case 'answer':
      case 'datagramsHeard':
        return true
      case 'record':
        return hasBytes(message.record, RECORD_MAX_BYTES)
      case 'statement':
        return hasBytes(message.statement, FRAME_MAX_BYTES)
      case 'notice':
        return hasBytes(message.notice, FRAME_MAX_BYTES)
      case 'probe':
        return isId(message.probe.member)
      case 'digests':
        return areDigests(message.digests)
      case 'tidings':
        return areTidings(message.tidings)
      case undefined:
        return false
      default:
        return message satisfies never
    }
  }
}

const PORT_MAX = 65_535

const isOffer = ({ port, key }: DatagramOffer.$Properties): boolean =>
  (port ?? 0) > 0 && port! <= PORT_MAX && key?.length === DATAGRAM_KEY_BYTES

const areDigests = ({ digests }: Digests.$Properties): boolean =>
  hasEntries(digests, DIGESTS_PER_FRAME_MAX) &&
  digests!.every(
    ({ steward, witness }) =>
      hasBytes(steward, FRAME_MAX_BYTES) &&
      (witness == null || witness.length === 0 || hasBytes(witness, FRAME_MAX_BYTES))
  )

/** A node that keeps none says so, too. */
function areTidings({ members, ranks }: Tidings.$Properties): boolean {
  const count = ranks?.length ?? 0
  return (
    count <= TIDINGS_MAX &&
    (members?.length ?? 0) === count * SHORT_ID_BYTES &&
    (ranks ?? []).every(isCount)
  )
}

const findRequest: MessageRules<FindCellRequest> = {
  type: FindCellRequest,
  maxBytes: REQUEST_MAX_BYTES,
  isValid: ({ member }) => isIdOrNone(member)
}

const findResponse: MessageRules<FindCellResponse> = {
  type: FindCellResponse,
  maxBytes: RECORDS_PER_ANSWER_MAX * RECORD_MAX_BYTES + REQUEST_MAX_BYTES,
  isValid: ({ records }) =>
    records.length <= RECORDS_PER_ANSWER_MAX &&
    records.every(record => hasBytes(record, RECORD_MAX_BYTES))
}

/** Decodes a frame of a link; exactly one kind is set. Envelopes and records in it are opened one by one. */
export function decodeLinkFrame(bytes: Uint8Array): Checked<LinkFrame & LinkFrame.$Shape> {
  return decodeMessage(bytes, frame)
}

/** @param cells - how many cells the torus has */
export function decodeFindCellRequest(bytes: Uint8Array, cells: number): Checked<FindCellRequest> {
  const decoded = decodeMessage(bytes, findRequest)
  return decoded.ok && decoded.value.cell >= cells ? { ok: false, code: 'malformed' } : decoded
}

export function decodeFindCellResponse(bytes: Uint8Array): Checked<FindCellResponse> {
  return decodeMessage(bytes, findResponse)
}
