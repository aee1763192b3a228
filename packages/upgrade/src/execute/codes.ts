/** Every way a step of an upgrade fails, with the next step. */
export const STEP_REFUSALS = {
  'not-ready': 'the node is not ready; see what its checks say and start again',
  'wrong-previous': 'what runs is not what the plan replaces; upgrade through the version between',
  'disk-full': 'there is too little room; free some space and start again',
  'download-failed': 'no mirror gave the artefact; check the mirrors',
  'wrong-artefact': 'the bytes are not the voted ones; fetch them from another mirror',
  'start-failed': 'the artefact does not start; see its log',
  'not-in-time': 'the artefact was not ready in time; see its log',
  died: 'the artefact started and died; see its log',
  'dependents-unwell': 'what stands on the service is unwell; see the dependents’ logs',
  'host-failed': 'what runs the services failed; check it and start again',
  'journal-failed': 'the step could not be recorded, so it was not done; check the disk',
  'out-of-order': 'the step does not follow what was done so far; see the plan’s status',
  'too-many-attempts': 'the step was tried too often; roll back, or propose a new plan'
} as const

export type StepRefusal = keyof typeof STEP_REFUSALS
