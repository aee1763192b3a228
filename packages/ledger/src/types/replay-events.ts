import { hex, json, text, uint } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/** What a machine's state hashes to after all events below `upTo`: replay must come to the same. */
export interface StateDigest {
  readonly machine: string
  /** Events folded in, a multiple of 1,024. */
  readonly upTo: number
  /** SHA-256 of the machine's state, in hex. */
  readonly digest: string
}

export const stateDigest: EventType<StateDigest> = eventType({
  number: 80,
  name: 'state-digest',
  version: 1,
  codec: json<StateDigest>({ machine: text(32), upTo: uint, digest: hex(32) }),
  outcome: ({ machine, upTo, digest }) => `${machine} after ${upTo} events is ${digest.slice(0, 8)}`
})
