import type { AutonomyInput } from '../approvals/autonomy.ts'
import type { ApprovalAnswer } from '../approvals/queue.ts'
import type { CheckResult } from '../checks/symptoms.ts'
import type { Proposal } from '../decide/decide.ts'
import type { Past } from '../incidents/past.ts'
import type { OperatorRow } from '../incidents/rows.ts'
import type { Flag } from '../refusals/flags.ts'
import type { Action } from '../remedy/actions.ts'

/** What reaches the agent. */
export type AgentInput =
  /** Checks that were made; those not in it keep their last result. Also serves as a tick. */
  | { readonly kind: 'looked'; readonly results: readonly CheckResult[] }
  /** The pre-check of an action: all checks of its service, or `undefined` if they failed. */
  | {
      readonly kind: 'rechecked'
      readonly id: string
      readonly results: readonly CheckResult[] | undefined
    }
  /** The row of an action is durable, or is not. */
  | { readonly kind: 'recorded'; readonly id: string; readonly ok: boolean }
  | { readonly kind: 'acted'; readonly id: string; readonly ok: boolean; readonly detail: string }
  | { readonly kind: 'proposed'; readonly service: string; readonly proposal: Proposal }
  | { readonly kind: 'delivered'; readonly approval: string; readonly tokenHash: string }
  | { readonly kind: 'answered'; readonly answer: ApprovalAnswer }
  | { readonly kind: 'role'; readonly input: AutonomyInput }
  | { readonly kind: 'flagged'; readonly flag: Flag }
  | { readonly kind: 'undone'; readonly id: string; readonly ok: boolean }
  /** What earlier starts left; the first input, if it comes. */
  | { readonly kind: 'restored'; readonly past: Past; readonly keysOpen: boolean }

/** What the agent wants done. */
export type AgentOutput =
  /** Make all checks of a service afresh; answer with `rechecked`. */
  | { readonly kind: 'recheck'; readonly id: string; readonly service: string }
  /** Write a row; with an `id`, answer with `recorded` once it is durable. */
  | { readonly kind: 'record'; readonly row: OperatorRow; readonly id?: string }
  /** Do it; answer with `acted`. Comes only after its row is durable. */
  | { readonly kind: 'act'; readonly id: string; readonly action: Action }
  /** Put back what an action changed; answer with `undone`. Comes only after its row is durable. */
  | { readonly kind: 'undo'; readonly id: string; readonly action: Action }
  /** Read what a service wrote last, for the incident. */
  | { readonly kind: 'collect'; readonly incident: string; readonly service: string }
  | { readonly kind: 'notify'; readonly notice: Notice }
  /** The input before was not taken. `why` says what to do. */
  | {
      readonly kind: 'rejected'
      readonly code: 'APPROVAL_UNKNOWN' | 'APPROVAL_TOKEN' | 'GRANT_REFUSED'
      readonly why: string
    }

/** What people are told. */
export interface Notice {
  readonly kind: 'alert' | 'approval' | 'healed' | 'flag'
  readonly incident: string
  readonly service: string
  /** One line that ends with what to do. */
  readonly text: string
}
