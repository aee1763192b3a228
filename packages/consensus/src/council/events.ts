import type { ActionFault } from '../action/index.ts'
import type { Digest } from '../certificate/codec.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { EvidenceFault } from '../evidence/verifier.ts'
import type { Action, AppealOutput, ProposalOutput, RefusalCode } from '../governance/index.ts'
import type { ApprovedIn, Decision } from './decision.ts'
import type { RoundFault } from './rounds.ts'
import type { StatementFault } from './statement.ts'

/** Why an item can't be ordered here and now. The codes are stable. */
export type ItemFault =
  | RefusalCode
  | StatementFault
  | RoundFault
  | ActionFault
  | EvidenceFault
  | 'bad-item'
  | 'late'
  | 'unknown-service'
  | 'not-due'
  | 'not-speaker'
  | 'known-member'
  | 'too-many-members'
  | 'other-motion'
  | 'already-certified'
  | 'already-convicted'
  | 'epoch-over'

/** What to do about the faults of items that a member can mend; the rest is in `governance.nextStep`. */
export const itemNextStep: Readonly<Partial<Record<ItemFault, string>>> = {
  'unknown-service': 'take one of the services that can be paused: join, relay',
  'unknown-member': 'take the id of a member; see the list of nodes',
  'known-member': 'nothing to do, the member is known',
  'too-many-members': 'no newcomer fits in; propose to remove one first',
  'not-validator': 'ask a validator to do it',
  'not-speaker': 'take the step in your own name',
  'epoch-over': 'wait a moment, the next epoch begins',
  late: 'check this machine’s clock, it is behind the mesh'
}

/** What an ordered item did; the same on every node, in the same order. */
export type CouncilEvent =
  | {
      readonly type: 'proposal'
      readonly output: Exclude<ProposalOutput, { kind: 'enact' | 'revert' }>
    }
  | { readonly type: 'certified'; readonly proposal: Digest }
  | { readonly type: 'decided'; readonly decision: Decision; readonly approvedIn: ApprovedIn }
  /** An emergency ended: by itself, by an objection, or not ratified. */
  | {
      readonly type: 'reverted'
      readonly proposal: Digest
      readonly action: Action
      readonly atMs: number
    }
  | { readonly type: 'convicted'; readonly member: string; readonly evidence: Evidence }
  | { readonly type: 'appeal'; readonly output: AppealOutput }
  | { readonly type: 'admitted'; readonly member: string }
