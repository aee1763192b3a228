import { type EventType, eventType, type PayloadCodec } from '@torusmesh/ledger'

/** A part of something that may be larger than one event; its parts follow each other in the ledger. */
export interface Part {
  readonly part: number
  readonly of: number
  readonly bytes: Uint8Array
}

const HEADER_BYTES = 4

const parts: PayloadCodec<Part> = {
  encode({ part, of, bytes }) {
    const payload = Buffer.alloc(HEADER_BYTES + bytes.length)
    payload.writeUInt16BE(part, 0)
    payload.writeUInt16BE(of, 2)
    payload.set(bytes, HEADER_BYTES)
    return payload
  },
  decode(payload) {
    if (payload.length <= HEADER_BYTES) return undefined
    const view = Buffer.from(payload.buffer, payload.byteOffset, payload.length)
    const [part, of] = [view.readUInt16BE(0), view.readUInt16BE(2)]
    return part < of ? { part, of, bytes: payload.subarray(HEADER_BYTES) } : undefined
  }
}

const told = (what: string): ((part: Part) => string) => {
  return ({ part, of, bytes }) => `${what}, ${bytes.length} bytes, part ${part + 1} of ${of}`
}

/** A word of this node's engine, or what it has learnt: durable before it leaves. */
export const councilRecord: EventType<Part> = eventType({
  number: 96,
  name: 'council-record',
  version: 1,
  codec: parts,
  outcome: told('record of the engine')
})

/** Final blocks with what makes them final. */
export const councilDecided: EventType<Part> = eventType({
  number: 97,
  name: 'council-decided',
  version: 1,
  codec: parts,
  outcome: told('final blocks')
})

/** This validator's approval of an action, durable before anybody sees it. */
export const councilApproval: EventType<Part> = eventType({
  number: 98,
  name: 'council-approval',
  version: 1,
  codec: parts,
  outcome: told('approval')
})
