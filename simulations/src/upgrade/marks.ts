/** States of rollouts that are worth reaching. */
export const MARKS = [
  'rollouts',
  'done',
  'halted',
  'rolled-back',
  'never-began',
  'crashed',
  'crashed-in-step',
  'partitioned',
  'clocks-apart',
  'liars',
  'coordinator-vanished',
  'coordinator-equivocated',
  'forged',
  'evidence-found',
  'liar-outvoted',
  'foreign-artefact',
  'bad-artefact',
  'worse-artefact',
  'ordered-halt',
  'unplannable'
] as const
export type Mark = (typeof MARKS)[number]
