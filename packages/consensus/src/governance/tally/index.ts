export { type Ballot, type BallotSet, Choice, isEquivocation } from './ballot.ts'
export {
  certify,
  type Exclusion,
  type ResultBundle,
  type ResultCertificate,
  type ResultInit,
  receipts,
  type VoteReceipt,
  type VoteRecord,
  verifyReceipt
} from './certificate.ts'
export { type Decision, decide, type TallySums } from './decide.ts'
export { type BallotCheck, type RetallyFault, retally } from './retally.ts'
export { Tally } from './tally.ts'
export { type Revisited, revisit } from './time-travel.ts'
