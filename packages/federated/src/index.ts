export { FederatedError, type FederatedErrorCode } from './errors.ts'
export { canCompile, compiledKernels } from './kernels/compiled.ts'
export {
  type Kernels,
  LATENT_MOST,
  LATENT_THRESHOLD,
  STEP
} from './kernels/kernels.ts'
export { portableKernels } from './kernels/portable.ts'
export { type SharedMemory, Workspace } from './kernels/workspace.ts'
export {
  type Advice,
  type AskedModel,
  advise,
  type Calibration,
  UNCALIBRATED
} from './model/advise.ts'
export { type LaneStart, type Lanes, openLanes, serveLane } from './model/lanes.ts'
export {
  HEAD_ROWS,
  initialLatents,
  type Layout,
  layoutOf,
  type Shape,
  type Tensor,
  type TensorKind,
  TIERS,
  weightOf
} from './model/layout.ts'
export {
  checkObservation,
  FAMILIES,
  type Fact,
  type Family,
  MOST_FACTS,
  MOST_SERVICES,
  type Observation,
  PROPOSALS,
  type ProposalKind
} from './model/observation.ts'
export { type Lane, ONE_LANE, Program, programBytes } from './model/program.ts'
export { hopsBetween, MOST_TOKENS, type Tokens, tokensOf } from './model/tokens.ts'
export {
  countNonZero,
  packTernary,
  type TernaryRefusal,
  type UnpackResult,
  unpackTernary,
  WEIGHTS_PER_BYTE
} from './ternary.ts'
export { Logistic, ruleAnswer } from './training/baselines.ts'
export { Draw } from './training/draw.ts'
export { EVIDENCE, FAULTS, type FaultFamily, type FaultUse } from './training/faults.ts'
export {
  type GeneratorOptions,
  generate,
  generateNonsense,
  type Pair
} from './training/generator.ts'
export { best, MLP_BATCH, Mlp } from './training/mlp.ts'
export {
  examplesFromLedger,
  type LedgerExamples,
  type LedgerRow,
  MOST_ROWS,
  type Outcome
} from './training/rows.ts'
export {
  type Answer,
  answerOf,
  batchesOf,
  type CourseOptions,
  calibrate,
  calibrationError,
  examplesOf,
  macroF1,
  teach
} from './training/study.ts'
export { type Example, Trainer, type TrainerOptions } from './training/transformer.ts'
export {
  type LocalTraining,
  localVote,
  scheduledLayers,
  strongest,
  type Vote
} from './training/vote.ts'
