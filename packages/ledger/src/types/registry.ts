import { toBuffer } from '../bytes.ts'
import type { LedgerEvent } from '../event.ts'
import { councilApproval, councilDecided, councilEvent, councilRecord } from './council-events.ts'
import type { EventTypeInfo } from './event-type.ts'
import { verdict } from './health-events.ts'
import { linkClosed, linkOpened } from './link-events.ts'
import { inviteIssued, inviteRedeemed, memberEnrolled } from './membership-events.ts'
import { nodeStarted, nodeStopped } from './node-events.ts'
import { operatorNote } from './operator-events.ts'
import { stateDigest } from './replay-events.ts'
import { statementReceived, statementSent } from './statement-events.ts'

/** All event types, by ascending number. */
export const EVENT_TYPES: readonly EventTypeInfo[] = [
  ...[nodeStarted, nodeStopped],
  ...[statementReceived, statementSent],
  ...[linkOpened, linkClosed],
  verdict,
  ...[memberEnrolled, inviteIssued, inviteRedeemed],
  stateDigest,
  ...[councilRecord, councilDecided, councilApproval, councilEvent],
  operatorNote
]

const BY_NUMBER = new Map(EVENT_TYPES.map(type => [type.number, type]))

/** An event for people. */
export interface EventDescription {
  readonly seq: number
  /** Name of its type, or `type-` and its number if this release does not know it. */
  readonly what: string
  /** Member id in hex. */
  readonly who: string
  /** ISO 8601 in UTC. Sequence orders events, time only tells of them. */
  readonly when: string
  readonly outcome: string
  readonly policyVersion: number
}

/** Says what an event is, in words; works for every event, known or not. */
export function describeEvent(event: LedgerEvent): EventDescription {
  const { seq, type, actor, timeMs, policyVersion, payload } = event
  const known = BY_NUMBER.get(type)
  return {
    seq,
    what: known?.name ?? `type-${type}`,
    who: toBuffer(actor).toString('hex'),
    when: new Date(timeMs).toISOString(),
    outcome:
      known?.describe(payload) ?? `payload of ${payload.length} bytes, not of a known schema`,
    policyVersion
  }
}
