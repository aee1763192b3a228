import { hex, json, oneOf, text, uint } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/** What the failure detector holds of a member from now on. */
export interface Verdict {
  /** Member id, 32 bytes in hex. */
  readonly member: string
  readonly state: 'alive' | 'suspect' | 'down' | 'left'
  readonly incarnation: number
  /** The rule that fired, and on what. */
  readonly why: string
}

export const verdict: EventType<Verdict> = eventType({
  number: 48,
  name: 'verdict',
  version: 1,
  codec: json<Verdict>({
    member: hex(32),
    state: oneOf('alive', 'suspect', 'down', 'left'),
    incarnation: uint,
    why: text(256)
  }),
  outcome: ({ member, state, why }) => `${member.slice(0, 8)} is ${state}: ${why}`
})
