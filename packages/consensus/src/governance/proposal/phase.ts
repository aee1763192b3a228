import type { Digest } from '../digest.ts'
import type { Choice } from '../tally/ballot.ts'
import type { Action } from './action.ts'

/** Where a proposal stands; the names travel. The last five are ends. */
export const Phase = {
  draft: 'draft',
  open: 'open',
  counting: 'counting',
  passed: 'passed',
  timelock: 'timelock',
  executable: 'executable',
  executed: 'executed',
  rejected: 'rejected',
  cancelled: 'cancelled',
  expired: 'expired',
  failed: 'failed'
} as const
export type Phase = (typeof Phase)[keyof typeof Phase]

/** What a proposal, or the book of them, wants done. */
export type ProposalOutput =
  | { readonly kind: 'phase'; readonly id: Digest; readonly phase: Phase; readonly atMs: number }
  | { readonly kind: 'extended'; readonly id: Digest; readonly closeMs: number }
  /** Carry the action out: both keys have turned, and re-execution gave what was voted on. */
  | { readonly kind: 'enact'; readonly id: Digest; readonly action: Action }
  /** Undo the action: it was an emergency that ended, or wasn't ratified. */
  | { readonly kind: 'revert'; readonly id: Digest; readonly action: Action }
  | {
      readonly kind: 'equivocation'
      readonly id: Digest
      readonly voter: string
      readonly revision: number
      readonly choice: Choice
    }

export type ProposalSink = (output: ProposalOutput) => void

/** What a verified action certificate says; the caller has it from its only constructor. */
export interface VerifiedAction {
  readonly actionDigest: Digest
  readonly actionClass: 'C' | 'D' | 'E'
  readonly notAfterMs: number
}

/** This node's own re-execution of a proposal's action; never taken from a peer. */
export interface Execution {
  readonly actionDigest: Digest
  readonly preState: Digest
  readonly postState: Digest
}
