import { hex, json, oneOf, type PayloadCodec, text } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/** A part of something that may be larger than one event; its parts follow each other in the ledger. */
export interface CouncilPart {
  readonly part: number
  readonly of: number
  readonly bytes: Uint8Array
}

const HEADER_BYTES = 4

const parts: PayloadCodec<CouncilPart> = {
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

const told = (what: string): ((part: CouncilPart) => string) => {
  return ({ part, of, bytes }) => `${what}, ${bytes.length} bytes, part ${part + 1} of ${of}`
}

/** A word of this node's engine, or what it has learnt: durable before it leaves. */
export const councilRecord: EventType<CouncilPart> = eventType({
  number: 96,
  name: 'council-record',
  version: 1,
  codec: parts,
  outcome: told('record of the engine')
})

/** Final blocks with what makes them final. */
export const councilDecided: EventType<CouncilPart> = eventType({
  number: 97,
  name: 'council-decided',
  version: 1,
  codec: parts,
  outcome: told('final blocks')
})

/** This validator's approval of an action, durable before anybody sees it. */
export const councilApproval: EventType<CouncilPart> = eventType({
  number: 98,
  name: 'council-approval',
  version: 1,
  codec: parts,
  outcome: told('approval')
})

/** What a council event is about. */
export const COUNCIL_EVENT_KINDS = [
  'proposal',
  'certified',
  'decided',
  'reverted',
  'convicted',
  'appeal',
  'admitted'
] as const

/** One line about what an ordered item did; the blocks beside it are the truth. */
export interface CouncilLine {
  readonly kind: (typeof COUNCIL_EVENT_KINDS)[number]
  /** The proposal, member or appeal it is about, 32 bytes in hex. */
  readonly about: string
  readonly text: string
}

/** Something happened in the council. */
export const councilEvent: EventType<CouncilLine> = eventType({
  number: 99,
  name: 'council-event',
  version: 1,
  codec: json<CouncilLine>({
    kind: oneOf(...COUNCIL_EVENT_KINDS),
    about: hex(32),
    text: text(500)
  }),
  outcome: ({ about, text: line }) => `${about.slice(0, 12)} ${line}`
})
