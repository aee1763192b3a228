import { REVISIONS_MAX } from '../limits.ts'

/** The choices; the numbers travel. */
export const Choice = { approve: 0, deny: 1, abstain: 2 } as const
export type Choice = (typeof Choice)[keyof typeof Choice]

const CHOICES = 3

/** One signed ballot. A higher revision replaces the lower ones; two of one revision void the vote. */
export interface Ballot {
  readonly proposal: string
  readonly voter: string
  /** 0 for the first ballot, one more with each change. */
  readonly revision: number
  readonly choice: Choice
}

/**
 * All ballots of one voter on one proposal as a set: bit 3 · revision + choice. A set forgets order
 * and repetition, so a tally can depend on neither.
 */
export type BallotSet = number

/** The ballot's bit, or 0 if it has none. */
export function ballotBit(revision: number, choice: Choice): BallotSet {
  const known = choice === Choice.approve || choice === Choice.deny || choice === Choice.abstain
  if (!known || !Number.isSafeInteger(revision)) return 0
  return revision >= 0 && revision < REVISIONS_MAX ? 1 << (CHOICES * revision + choice) : 0
}

/** Whether the set has any ballot of that revision. */
export function hasRevision(ballots: BallotSet, revision: number): boolean {
  return ((ballots >>> (CHOICES * revision)) & 0b111) !== 0
}

/** What a set of ballots says: the choice of the highest revision, unless one revision has two. */
export function verdictOf(ballots: BallotSet): Choice | 'none' | 'equivocated' {
  let last: Choice | 'none' = 'none'
  for (let revision = 0; revision < REVISIONS_MAX; revision++) {
    const choices = (ballots >>> (CHOICES * revision)) & 0b111
    switch (choices) {
      case 0b000:
        break
      case 0b001:
        last = Choice.approve
        break
      case 0b010:
        last = Choice.deny
        break
      case 0b100:
        last = Choice.abstain
        break
      default:
        return 'equivocated'
    }
  }
  return last
}

/** Whether two signed ballots, each verified by the caller, convict their voter by themselves. */
export function isEquivocation(a: Ballot, b: Ballot): boolean {
  return (
    a.proposal === b.proposal &&
    a.voter === b.voter &&
    a.revision === b.revision &&
    a.choice !== b.choice
  )
}
