import type { Symptom } from '../checks/symptoms.ts'
import type { Action } from '../remedy/actions.ts'

/** What the agent writes down, in this order within an incident. */
export type OperatorRow =
  | {
      readonly kind: 'opened'
      readonly incident: string
      readonly root: string
      readonly symptoms: readonly Symptom[]
      readonly affected: readonly string[]
    }
  | {
      readonly kind: 'decided'
      readonly incident: string
      readonly service: string
      readonly symptoms: readonly Symptom[]
      readonly rule: string
      readonly verdict: string
      readonly why: string
      readonly overruled: readonly string[]
      readonly disagrees?: string
    }
  /** Written durably before the action is done. */
  | {
      readonly kind: 'acting'
      readonly incident: string
      readonly id: string
      readonly action: Action
      readonly inverse: string
      readonly consent?: string
    }
  | {
      readonly kind: 'outcome'
      readonly incident: string
      readonly id: string
      readonly action: Action
      readonly outcome: ActionOutcome
      readonly tookMs: number
      readonly detail: string
    }
  /** What was changed and didn't help is taken back; `undoing` is durable before it is done. */
  | {
      readonly kind: 'undoing' | 'undone' | 'undo-failed'
      readonly incident: string
      readonly id: string
      readonly action: Action
      readonly inverse: string
    }
  /** A question in full, so that a later start can go on asking it. */
  | {
      readonly kind: 'asked'
      readonly incident: string
      readonly approval: string
      readonly action: Action
      readonly why: string
      readonly evidence: readonly string[]
      readonly dryRun: readonly string[]
    }
  | {
      readonly kind: 'delivered' | 'approved' | 'denied' | 'auto-denied' | 'expired' | 'withdrawn'
      readonly incident: string
      readonly approval: string
      readonly action: Action
    }
  | {
      readonly kind: 'deferred'
      readonly incident: string
      readonly approval: string
      readonly action: Action
      /** Not shown again before this has passed. */
      readonly waitMs: number
    }
  | {
      readonly kind: 'collected'
      readonly incident: string
      readonly service: string
      readonly lines: string
    }
  | {
      readonly kind: 'closed'
      readonly incident: string
      readonly root: string
      readonly tookMs: number
    }
  | {
      readonly kind: 'role'
      readonly autonomy: string
      readonly control: string
      readonly why: string
      /** What is left of a grant, 0 without one. */
      readonly grantMs: number
    }
  | { readonly kind: 'flagged' | 'refused'; readonly code: string; readonly detail: string }

/** What became of an action. */
export type ActionOutcome =
  /** The post-check found what was wrong gone. */
  | 'healed'
  /** Done, but the symptom stayed. */
  | 'no-effect'
  /** The runtime failed to do it. */
  | 'failed'
  /** The pre-check found nothing left to heal. */
  | 'not-needed'
  /** The pre-check or the record failed: nothing was done. */
  | 'not-done'
  /** The agent ended meanwhile: whether it was done, the checks will show. */
  | 'interrupted'
