export { Accusing, DetectorInput, DetectorOutput, type DetectorSink } from './codes.ts'
export {
  createDetector,
  type Detector,
  type DetectorEvent,
  type DetectorInit,
  type DetectorSays
} from './detector.ts'
export {
  BEAT_MS,
  checkLimits,
  type DetectorLimits,
  type DetectorPreset,
  detectorPresets,
  quorumOf,
  TICK_MS
} from './limits.ts'
export { step } from './step.ts'
export {
  createDetectorStore,
  type DetectorStore,
  PeerState,
  rowAt,
  SLOTS,
  startRow,
  storeBytes
} from './store.ts'
export { coast, quietMs } from './tick.ts'
