export type { Asking } from './approvals.ts'
export type {
  Batch,
  CouncilInput,
  CouncilMessage,
  CouncilOutput,
  CouncilReject,
  CouncilTime
} from './codes.ts'
export { Council, type CouncilInit, type CouncilSink } from './council.ts'
export {
  type ApprovedIn,
  type Decision,
  type DecisionCertificate,
  type DecisionFault,
  verifyDecision
} from './decision.ts'
export { decodeDecisionCertificate, encodeDecisionCertificate } from './decision-codec.ts'
export type { Effects, Emergency, RecordedUpgrade } from './effects.ts'
export { type CouncilEvent, type ItemFault, itemNextStep } from './events.ts'
export { decodeItem, encodeItem, type Item } from './item.ts'
export { EVIDENCE_MAX_BYTES } from './limits.ts'
export { kindOf, motionOf } from './motion.ts'
export { checkResult, type ResultFault, type ResultProof } from './result.ts'
export { decodeSaid, encodeSaid, isAction, type Said } from './said.ts'
export { type Simulation, simulate } from './simulate.ts'
export { CouncilState } from './state.ts'
export { governancePayload, openStatement, type SealedStatement } from './statement.ts'
export {
  type CouncilPorts,
  type CouncilTerms,
  type Founder,
  foundingParameters,
  foundingPolicy,
  meshMs,
  type PausableService,
  pausableServices,
  realDelayMs
} from './terms.ts'
