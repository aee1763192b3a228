export {
  type Assessed,
  type Assessment,
  type Component,
  components,
  WEIGHT_MAX
} from './assess.ts'
export { Attendance, wasDown } from './attendance.ts'
export { electorateOf } from './electorate.ts'
export type {
  BallotEvent,
  CertificationEvent,
  Credit,
  CreditEvent,
  DecisionEvent,
  HeartbeatEvent,
  MembershipEvent,
  WeightEvent
} from './events.ts'
export { explainWeight, type WeightExplanation } from './explain.ts'
export {
  levelOf,
  type MemberWeight,
  verifyWeight,
  WeightSnapshot,
  weigh,
  weightLeaf
} from './snapshot.ts'
