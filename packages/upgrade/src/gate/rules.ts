import { proveWave } from '../plan/prove.ts'
import { type Digest, Mark, type Statement } from './codes.ts'
import { type GatePlan, quorumOf } from './plan.ts'

/** Whether a neighbour's look at a member ends the question. */
export type Opinion = 'well' | 'unwell' | 'open'

/** Every guard of the gate by name. Tests take them away one at a time; nodes have them all. */
export interface GateRules {
  /** Whether the author said it. The shell knows the keys. */
  readonly isSigned: (statement: Statement) => boolean
  /** I1, I2, I3 on the members as they are. */
  readonly prove: typeof proveWave
  /** I4: so many good verdicts open the wave after. */
  readonly isCertified: (goods: number, members: number) => boolean
  /** So many bad verdicts end the plan. */
  readonly isHalting: (bads: number, members: number) => boolean
  /** I5: the artefact is one of the manifest's. */
  readonly isVoted: (plan: GatePlan, digest: Digest) => boolean
  /** Whether a member has promised not to begin or go back any more; see {@link Mark}. */
  readonly isSettled: (marks: number) => boolean
  /** Neighbours outvote what a member says of itself: more than half of those that can look. */
  readonly opinionOf: (agree: number, differ: number, probers: number) => Opinion
  /** Nobody begins in a plan that was halted. */
  readonly mayGoOn: (isHalted: boolean) => boolean
}

const SETTLED: number =
  bitOf(Mark.declined) | bitOf(Mark.kept) | bitOf(Mark.stays) | bitOf(Mark.reverted)

/** All guards but the signatures, which need keys. */
export const gateRules: Omit<GateRules, 'isSigned'> = {
  prove: proveWave,
  isCertified: (goods, members) => goods >= quorumOf(members).quorum,
  isHalting: (bads, members) => bads > quorumOf(members).faults,
  isVoted: ({ artefacts }, digest) => artefacts.includes(digest),
  isSettled: marks => (marks & SETTLED) !== 0,
  opinionOf: (agree, differ, probers) => {
    if (2 * agree > probers) return 'well'
    return probers > 0 && 2 * differ >= probers ? 'unwell' : 'open'
  },
  mayGoOn: isHalted => !isHalted
}

/** Marks of a member are a set of bits. */
export function bitOf(mark: Mark): number {
  return 1 << mark
}
