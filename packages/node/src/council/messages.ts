import {
  type Approval,
  council,
  decode,
  decodeEvidence,
  decodeMessage,
  encodeEvidence,
  encodeMessage,
  readApproval,
  Writer,
  writeApproval
} from '@torusmesh/consensus'
import type { CouncilStatement, RejectCode } from '@torusmesh/protocol'

/** The payload that carries a message to all. */
export function statementOf(message: council.CouncilMessage): CouncilStatement.$Properties {
  switch (message.type) {
    case 'engine':
      return { engine: encodeMessage(message.message) }
    case 'approval':
      return { approval: approvalBytes(message.approval) }
    case 'evidence':
      return { evidence: encodeEvidence(message.evidence) }
    default:
      return message satisfies never
  }
}

/** The message in a payload; `undefined` for malformed bytes. Nothing is verified. */
export function messageOf({
  engine,
  approval,
  evidence
}: CouncilStatement.$Properties): council.CouncilMessage | undefined {
  if (engine != null) {
    const decoded = decodeMessage(engine)
    return decoded.ok ? { type: 'engine', message: decoded.message } : undefined
  }
  if (approval != null) {
    const decoded = decode(approval, readApproval)
    return decoded === null ? undefined : { type: 'approval', approval: decoded }
  }
  const decoded = decodeEvidence(evidence ?? new Uint8Array(0), council.EVIDENCE_MAX_BYTES)
  return decoded === null ? undefined : { type: 'evidence', evidence: decoded }
}

/** Canonical bytes of an approval. */
export function approvalBytes(approval: Approval): Uint8Array {
  const writer = new Writer()
  writeApproval(writer, approval)
  return writer.finish()
}

/**
 * What gossip is told. An honest peer may pass on what this node knows already or can't judge yet; it
 * would have stopped what no node could take.
 */
export function rejectCodeOf(code: council.CouncilReject): RejectCode {
  switch (code) {
    case 'bad-signature':
      return 'bad-signature'
    case 'bad-certificate':
    case 'bad-justification':
    case 'bad-statement':
    case 'bad-evidence':
      return 'wrong-payload'
    case 'not-member':
    case 'not-leader':
    case 'unknown-member':
      return 'not-member'
    case 'full':
    case 'too-many-requests':
      return 'queue-full'
    case 'foreign-epoch':
    case 'duplicate':
    case 'out-of-window':
    case 'unwanted':
    case 'early':
    case 'unknown-motion':
      return 'redundant'
    default:
      return code satisfies never
  }
}
