export { runShards } from './engine/run-shards.ts'
export { SimulationError, type SimulationErrorCode } from './errors.ts'
export type { FaultEvent, FaultKind } from './faults/event.ts'
export type { FaultSpec, NodeSelection } from './faults/spec.ts'
export { type FloodCounts, FloodKernel } from './flood/kernel.ts'
export type { BandwidthClass, LatencySpec, LossSpec, NetworkSpec } from './network/spec.ts'
export {
  type Difference,
  openResults,
  type ReportFacts,
  type ReproduceProgress,
  type Reproduction,
  ResultsError,
  type ResultsErrorCode,
  type ResultsManifest,
  reproduce,
  writeReport,
  writeTable
} from './results/index.ts'
export { findScenario, scenarios } from './scenario/catalogue.ts'
export { checkDeterminism, type Determinism } from './scenario/determinism.ts'
export type { FieldPath, Locate, RunDocument, ScenarioDocument } from './scenario/document.ts'
export {
  isScenarioFile,
  loadScenarioFile,
  parseScenario,
  type ScenarioFile
} from './scenario/load.ts'
export type {
  Column,
  RunOutcome,
  RunSummary,
  RunTiming,
  Table,
  Violation
} from './scenario/outcome.ts'
export { pairDelaysMs } from './scenario/pair-delays.ts'
export { type Provenance, provenance } from './scenario/provenance.ts'
export { type ResolveOptions, resolveSpec } from './scenario/resolve.ts'
export { type RunScenarioOptions, runScenario } from './scenario/run.ts'
export type { Merged, ParameterSpec, RunSetup, Scenario } from './scenario/scenario.ts'
export type { Parameter, RunOptions, RunProgress, RunSpec } from './scenario/spec.ts'
export { SpecError } from './scenario/spec-error.ts'
export { keepRun, type SweepIntoInit, sweepInto } from './scenario/sweep-into.ts'
export { sweepOf, sweepRuns } from './scenario/sweep-of.ts'
export type { SweepAxis, SweepSpec, SweepValue } from './scenario/sweep-spec.ts'
export {
  type Attempt,
  type Failure,
  failureOf,
  keepReplay,
  keepText,
  parseReplayFile,
  type Replayed,
  type ReplayFile,
  replay,
  replayFileOf,
  runSwarm,
  type ShrinkOptions,
  type ShrinkProgress,
  type Shrunk,
  type SwarmFinding,
  type SwarmOptions,
  type SwarmProgress,
  type SwarmReport,
  shrink
} from './swarm/index.ts'
export {
  type Executor,
  embeddedExecutor,
  mergeShards,
  parseShard,
  planSweep,
  queueExecutor,
  runSweepWorker,
  type Shard,
  SweepError,
  type SweepErrorCode,
  type SweepPlan,
  type SweepProgress,
  type SweepReport
} from './sweep/index.ts'
export type { Topology } from './topology/topology.ts'
