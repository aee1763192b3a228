export type { Ending, Floor } from './chain.ts'
export {
  type Checkpoint,
  checkpointDigest,
  decodeStep,
  type EpochStep,
  encodeStep,
  followStep,
  nextEpoch,
  type StepFault
} from './checkpoint.ts'
export type {
  EngineInput,
  EngineOutput,
  EnginePorts,
  EngineReject,
  Execution,
  ObserveReason
} from './codes.ts'
export { Engine, type EngineStatus } from './engine.ts'
export {
  Block,
  checkJustification,
  type Header,
  type HeaderInit,
  headerDigest,
  type Justification,
  type JustificationFault
} from './header.ts'
export { BODY_MAX_BYTES, ITEMS_MAX, MESSAGE_MAX_BYTES } from './limits.ts'
export { type DecodedMessage, decodeMessage, encodeMessage, type Message } from './message.ts'
export { maySay, nothingSaid, type Said } from './rules.ts'
export { type EngineInit, type EngineSink, originFloor } from './state.ts'
