/** What a statement is about; also the last word of its topic. The numbers are on the wire. */
export const Subject = {
  health: 1,
  digest: 2,
  weights: 3,
  upgrade: 4,
  vote: 5,
  governance: 6,
  evidence: 7
} as const
export type Subject = (typeof Subject)[keyof typeof Subject]
export type SubjectName = keyof typeof Subject

/** All subject names in the order of their numbers. */
export const SUBJECT_NAMES: readonly SubjectName[] = Object.keys(Subject) as SubjectName[]

/** The name of a subject, as topics and metrics write it. */
export function subjectName(subject: Subject): SubjectName {
  return SUBJECT_NAMES[subject - 1]!
}

/** Whether a number from outside is a {@link Subject}. */
export function isSubject(value: number): value is Subject {
  return SUBJECT_NAMES[value - 1] !== undefined
}
