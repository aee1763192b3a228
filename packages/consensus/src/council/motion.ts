import {
  ActionKind,
  classOf,
  EMERGENCY_MAX_MS,
  MOTION_MAX_MS,
  type Motion
} from '../action/index.ts'
import type { Action, Policy, Proposal, RefusalCode } from '../governance/index.ts'

const KINDS = {
  'set-parameter': ActionKind.setParameter,
  'set-validators': ActionKind.changeValidators,
  upgrade: ActionKind.upgrade,
  'set-policy': ActionKind.amend,
  spend: ActionKind.spend,
  pause: ActionKind.pause,
  quarantine: ActionKind.quarantine,
  'lower-limit': ActionKind.lowerLimit
} as const satisfies Record<Action['kind'], ActionKind>

/** How an action that is voted on is called where it is approved. */
export function kindOf(action: Action): ActionKind {
  return KINDS[action.kind]
}

/** Whether it restricts, acts on approvals alone and ends by itself. */
export function isEmergency(action: Action): boolean {
  return classOf(kindOf(action)) === 'E'
}

/**
 * The motion of a proposal: all of it follows from the proposal, so nobody files it and nobody can
 * file another. It is open to approvals from the draft until the proposal could last be executed.
 */
export function motionOf(proposal: Proposal): Motion {
  const { id, draft, rules, policy, actionDigest } = proposal
  const createdMs = proposal.openMs - rules.reviewMs
  const { reviewMs, votingMs, extensionMs, objectionMs, timelockMs, executeMs } = rules
  const lifeMs = reviewMs + votingMs + extensionMs + objectionMs + timelockMs + executeMs
  const kind = kindOf(draft.action)
  const isRestrictive = isEmergency(draft.action)
  return {
    id,
    kind,
    action: actionDigest,
    policyVersion: policy.version,
    preState: draft.simulation.preState,
    createdMs,
    notAfterMs: createdMs + Math.min(lifeMs, isRestrictive ? EMERGENCY_MAX_MS : MOTION_MAX_MS),
    untilMs: isRestrictive ? createdMs + EMERGENCY_MAX_MS : null
  }
}

/** An amendment can't give a type a class that its actions don't have: nothing of it could pass. */
export function classFault({ types }: Policy): RefusalCode | undefined {
  const classes: Readonly<Record<string, string>> = {
    parameter: 'C',
    'validator-set': 'D',
    upgrade: 'D',
    emergency: 'E',
    amendment: 'D',
    treasury: 'D'
  }
  const isWrong = Object.entries(types).some(([type, rules]) => rules.actionClass !== classes[type])
  return isWrong ? 'unsatisfiable-policy' : undefined
}
