import { opaque } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

const size = (envelope: Uint8Array): string => `envelope of ${envelope.length} bytes`

/** A statement that passed verification: the bytes of its envelope, as received. */
export const statementReceived: EventType<Uint8Array> = eventType({
  number: 16,
  name: 'statement-received',
  version: 1,
  codec: opaque,
  outcome: size
})

/** A statement this node made: the bytes of its envelope, as sent. */
export const statementSent: EventType<Uint8Array> = eventType({
  number: 17,
  name: 'statement-sent',
  version: 1,
  codec: opaque,
  outcome: size
})
