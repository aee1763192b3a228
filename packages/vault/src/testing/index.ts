export { Draw } from './draw.ts'
export { type Fate, FaultyDisk, type Files } from './faulty-disk.ts'
export { countIn } from './memory.ts'
export { mockKeys } from './mock-keys.ts'
export {
  type Convicts,
  convicts,
  type ReleasedVote,
  runTrials,
  type TrialReport
} from './trials.ts'
