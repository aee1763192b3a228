export type { Attempt } from './attempt.ts'
export { keepReplay, keepText } from './keep.ts'
export { type Replayed, replay } from './replay.ts'
export { parseReplayFile, type ReplayFile, replayFileOf } from './replay-file.ts'
export {
  runSwarm,
  type SwarmFinding,
  type SwarmOptions,
  type SwarmProgress,
  type SwarmReport
} from './run-swarm.ts'
export {
  type Failure,
  failureOf,
  type ShrinkOptions,
  type ShrinkProgress,
  type Shrunk,
  shrink
} from './shrink.ts'
