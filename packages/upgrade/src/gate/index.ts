export { wordBytes } from './bytes.ts'
export {
  type Digest,
  type GateInput,
  type GateOutput,
  type GateRecord,
  type GateSink,
  Mark,
  type MemberIndex,
  NO_ARTEFACT,
  type Phase,
  Reason,
  type Stage,
  type Statement,
  type Word
} from './codes.ts'
export { type Explanation, explain } from './explain.ts'
export { Gate, type GateStatus } from './gate.ts'
export { type GatePlan, type GatePlanInit, type GateTimings, openPlan, quorumOf } from './plan.ts'
export { type GateRules, gateRules, type Opinion } from './rules.ts'
export type { GateInit, Step } from './state.ts'
