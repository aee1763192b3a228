export {
  type Field,
  type Fields,
  hex,
  json,
  oneOf,
  opaque,
  type PayloadCodec,
  text,
  uint,
  unixMs
} from './codec.ts'
export {
  COUNCIL_EVENT_KINDS,
  type CouncilLine,
  type CouncilPart,
  councilApproval,
  councilDecided,
  councilEvent,
  councilRecord
} from './council-events.ts'
export {
  type Circumstances,
  type EventType,
  type EventTypeInfo,
  type EventTypeInit,
  eventOf,
  eventType
} from './event-type.ts'
export { type Verdict, verdict } from './health-events.ts'
export { type LinkClosed, type LinkOpened, linkClosed, linkOpened } from './link-events.ts'
export {
  type InviteIssued,
  type InviteRedeemed,
  inviteIssued,
  inviteRedeemed,
  type MemberEnrolled,
  memberEnrolled
} from './membership-events.ts'
export { type NodeStarted, type NodeStopped, nodeStarted, nodeStopped } from './node-events.ts'
export { type OperatorNote, operatorNote } from './operator-events.ts'
export { describeEvent, EVENT_TYPES, type EventDescription } from './registry.ts'
export { type StateDigest, stateDigest } from './replay-events.ts'
export { statementReceived, statementSent } from './statement-events.ts'
