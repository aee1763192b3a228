import type { council, governance } from '@torusmesh/consensus'
import { actionText, type CouncilView, type ProposalView } from '../council/index.ts'
import {
  CHOICES,
  type CouncilAnswer,
  type DecisionAnswer,
  type ProposalAnswer
} from './schemas/governance.ts'
import type { AppealAnswer, NoticeAnswer } from './schemas/weights.ts'

// What the council shows, as answers: nothing is left out, what may be missing is `null`.

export function proposalAnswer(view: ProposalView): ProposalAnswer {
  const { impact, approval, ownBallot, dueMs, enactedMs, effectUntilMs, ...rest } = view
  const { events, changed, summary } = impact
  return {
    ...rest,
    does: actionText(view.action),
    summary,
    impact: { events, changed },
    dueMs: dueMs ?? null,
    enactedMs: enactedMs ?? null,
    effectUntilMs: effectUntilMs ?? null,
    next: nextOf(view),
    approval:
      approval === undefined
        ? null
        : { ...approval, asked: [...approval.asked], own: approval.own ?? null },
    ownBallot:
      ownBallot === undefined
        ? null
        : { choice: CHOICES[ownBallot.choice]!, revision: ownBallot.revision }
  }
}

/** What happens next, in words. */
function nextOf({ phase, type, approval, effectUntilMs, enactedMs }: ProposalView): string {
  const lacksKey = approval?.certified === false
  const key = lacksKey ? '; it needs its action certificate as well' : ''
  if (effectUntilMs !== undefined) {
    const isOpen = phase === 'draft' || phase === 'open' || phase === 'counting'
    return isOpen
      ? 'in effect; ends by itself unless the vote ends it first'
      : 'in effect; ends by itself'
  }
  switch (phase) {
    case 'draft':
      return type === 'emergency' && lacksKey
        ? 'voting opens; it takes effect with its action certificate'
        : `voting opens${key}`
    case 'open':
      return type === 'emergency' && lacksKey
        ? 'takes effect with its action certificate; voting closes'
        : `voting closes${key}`
    case 'counting':
      return 'the votes are counted'
    case 'passed':
      return `the objection window ends${key}`
    case 'timelock':
      return lacksKey
        ? 'expires unless its action certificate comes'
        : 'the timelock ends, it takes effect'
    case 'executable':
      return lacksKey ? 'expires unless its action certificate comes' : 'takes effect'
    case 'executed':
      return 'nothing: it is done'
    case 'rejected':
      return 'nothing: too few approved'
    case 'cancelled':
      return enactedMs === undefined ? 'nothing: it was cancelled' : 'nothing: objections ended it'
    case 'expired':
      return 'nothing: its action certificate did not come in time'
    case 'failed':
      return 'nothing: the state had changed since it was simulated; propose it again'
    default:
      return phase satisfies never
  }
}

export function councilAnswer({
  observes,
  validators,
  convicted,
  ...view
}: CouncilView): CouncilAnswer {
  return {
    ...view,
    observes: observes ?? null,
    validators: [...validators],
    convicted: [...convicted],
    rejected: { ...view.rejected }
  }
}

export function decisionAnswer(decision: council.Decision): DecisionAnswer {
  const { number, proposal, action, atMs, untilMs, approval, result } = decision
  return {
    ...{ number, proposal, action, does: actionText(action), atMs, untilMs: untilMs ?? null },
    approvals: approval.approvals.length,
    ballotRoot: result?.ballotRoot ?? null
  }
}

export function appealAnswer(appeal: governance.Appeal): AppealAnswer {
  const { id, stage, decision, grounds, finding, resolution } = appeal
  const { decision: digest, affected, decider, atMs } = decision
  return {
    ...{ id, stage, decision: digest, affected, decider, atMs, grounds },
    finding: finding ?? null,
    resolution: resolution ?? null
  }
}

export function noticeAnswer({ untilMs, about, ...notice }: governance.Notice): NoticeAnswer {
  return { ...notice, about: [...about], untilMs: untilMs ?? null }
}
