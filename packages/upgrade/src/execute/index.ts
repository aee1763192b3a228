export { STEP_REFUSALS, type StepRefusal } from './codes.ts'
export {
  type ExecutionStep,
  type Executor,
  jobOf,
  STEPS,
  type StepJournal,
  type StepOutcome,
  type StepRow,
  type UpgradeJob
} from './port.ts'
export { FRESH, foldRows, type Progress } from './progress.ts'
export {
  type ExecutionPhase,
  openUpgrade,
  type UpgradeSession,
  type UpgradeSessionInit
} from './session.ts'
export {
  type ArtefactFate,
  SimulatedMachine,
  type SimulatedMachineInit,
  simulatedExecutor
} from './simulated.ts'
