export { type Profile, type WaveLimits, waveLimits } from './limits.ts'
export { planPicture } from './picture.ts'
export {
  type PlanOptions,
  type PlanProblem,
  type PlanResult,
  planWaves,
  type Wave,
  type WavePlan
} from './planner.ts'
export { MAX_PLANNED_MEMBERS, type Position, Positions } from './positions.ts'
export { proveWave, type Violation } from './prove.ts'
