import { EngineError } from '../engine/errors.ts'

/** Consensus machines aren't columns: their runs are short and start anew. */
export function refuseCheckpoint(): never {
  throw new EngineError('bad-checkpoint', 'consensus scenarios take none: run them from the start')
}
