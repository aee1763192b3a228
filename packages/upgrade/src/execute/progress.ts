import type { ExecutionStep, StepRow } from './port.ts'

/** How far an upgrade got on this node; folded from its rows, so that a restart goes on from there. */
export interface Progress {
  readonly stage:
    | 'fresh'
    | 'staged'
    | 'prepared'
    | 'swapping'
    | 'swapped'
    | 'verified'
    | 'rolling-back'
    | 'rolled-back'
    | 'cleaned'
  /** A step that was begun and whose end isn't known. */
  readonly open: ExecutionStep | undefined
  /** Steps begun so far. */
  readonly attempts: number
}

export const FRESH: Progress = { stage: 'fresh', open: undefined, attempts: 0 }

export function foldRows(rows: readonly StepRow[]): Progress {
  return rows.reduce(afterRow, FRESH)
}

export function afterRow(progress: Progress, row: StepRow): Progress {
  const { stage, attempts } = progress
  switch (row.kind) {
    case 'begun':
      return { stage: BEGUN[row.step] ?? stage, open: row.step, attempts: attempts + 1 }
    case 'done':
      return { stage: DONE[row.step] ?? stage, open: undefined, attempts }
    case 'failed':
      return { stage, open: undefined, attempts }
    default:
      return row satisfies never
  }
}

/** What a step changes before it has ended: from here on it must be finished or undone. */
const BEGUN: Readonly<Partial<Record<ExecutionStep, Progress['stage']>>> = {
  preflight: 'fresh',
  swap: 'swapping',
  rollback: 'rolling-back'
}

const DONE: Readonly<Partial<Record<ExecutionStep, Progress['stage']>>> = {
  stage: 'staged',
  probe: 'prepared',
  swap: 'swapped',
  verify: 'verified',
  rollback: 'rolled-back',
  clean: 'cleaned'
}

/** From where each step may be taken. A rollback can't be taken back, a swap not be undone once cleaned. */
const FROM: Readonly<Record<ExecutionStep, readonly Progress['stage'][]>> = {
  preflight: ['fresh', 'staged', 'prepared'],
  stage: ['fresh', 'staged'],
  probe: ['staged', 'prepared'],
  swap: ['prepared', 'swapping', 'swapped', 'verified'],
  heal: ['swapped', 'verified'],
  verify: ['swapped', 'verified'],
  rollback: [
    'fresh',
    'staged',
    'prepared',
    'swapping',
    'swapped',
    'verified',
    'rolling-back',
    'rolled-back'
  ],
  clean: ['fresh', 'staged', 'prepared', 'verified', 'rolled-back', 'cleaned']
}

export function mayTake(step: ExecutionStep, { stage }: Progress): boolean {
  return FROM[step].includes(stage)
}

/** Whether the artefact has been put in place, or may have been. */
export function hasSwapped({ stage }: Progress): boolean {
  return stage === 'swapping' || stage === 'swapped' || stage === 'verified'
}
