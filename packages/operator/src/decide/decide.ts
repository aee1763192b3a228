import { type ActionKind, aboutAction, isActionKind } from '../remedy/actions.ts'
import { matchingRules, UNKNOWN_RULE } from '../rules/rulebook.ts'
import type { Observation, Rule, Rulebook } from '../rules/types.ts'

/** What a model thinks should be done. Anything may stand in it: it comes from outside. */
export interface Proposal {
  readonly action: string
  readonly why: string
}

/** What the agent may do at a time. */
export interface Role {
  readonly autonomy: 'watch-only' | 'self-heal' | 'locked'
  /** Who acts: after "take control" the agent only watches. */
  readonly control: 'agent' | 'operator'
  /** Whether the model's proposals count where no rule knows the pattern. */
  readonly advisor: 'advises' | 'leads'
}

/** What to do about one service, and by which rule. */
export type Decision = {
  readonly rule: string
  /** Rules that match too and would have done something else. */
  readonly overruled: readonly string[]
  /** What the model would have done, if that is something else. */
  readonly disagrees?: string
} & (
  | { readonly verdict: 'act' | 'ask'; readonly action: ActionKind; readonly by: 'rule' | 'model' }
  /** Nothing is done, because of the agent's role; `action` is what would have been. */
  | { readonly verdict: 'hold'; readonly action: ActionKind; readonly why: HoldReason }
  | { readonly verdict: 'alert'; readonly why: string }
)

/** Why the agent holds back. */
export type HoldReason = 'watch-only' | 'locked' | 'operator-in-control'

/**
 * Decides. Pure, total and deterministic: the same arguments give the same decision.
 * A rule that knows the pattern wins over the model. Only actions of class A come out as `act`.
 */
export function decide(
  observation: Observation,
  proposal: Proposal | undefined,
  rules: Rulebook,
  role: Role
): Decision {
  const [rule, ...others] = matchingRules(rules, observation) as [Rule, ...Rule[]]
  const step = nextStep(rule, observation)
  const wanted = role.advisor === 'leads' && rule.id === UNKNOWN_RULE ? fromModel(proposal) : step
  const action = wanted !== undefined && possible(wanted, observation) ? wanted : undefined
  const about = {
    rule: rule.id,
    overruled: others.filter(other => nextStep(other, observation) !== step).map(({ id }) => id),
    ...(proposal === undefined || proposal.action === action ? {} : { disagrees: proposal.action })
  }
  if (action === undefined) return { ...about, verdict: 'alert', why: rule.alert }
  const why = holdReason(role)
  if (why !== undefined) return { ...about, verdict: 'hold', action, why }
  const verdict = aboutAction(action).class === 'A' ? 'act' : 'ask'
  return { ...about, verdict, action, by: action === step ? 'rule' : 'model' }
}

/** The first step not yet tried that can be done here. */
function nextStep(rule: Rule, observation: Observation): ActionKind | undefined {
  return rule.steps.find(kind => !observation.tried.includes(kind) && possible(kind, observation))
}

/** Whether an action can be done to this service at all. */
function possible(kind: ActionKind, { service, tried, symptoms }: Observation): boolean {
  if (symptoms.length === 0 || tried.includes(kind)) return false
  if (service.hooks[kind] !== undefined) return true
  // Asking is always possible; who consents without a command does it by hand.
  if (aboutAction(kind).class === 'B') return true
  if (aboutAction(kind).by === 'hook') return false
  switch (service.runtime) {
    case 'container':
      return kind !== 'raise-memory' || service.memoryCapBytes !== undefined
    case 'process':
      return kind === 'start' || kind === 'restart'
    case 'host':
      return false
    default:
      return service.runtime satisfies never
  }
}

function fromModel(proposal: Proposal | undefined): ActionKind | undefined {
  if (proposal === undefined || !isActionKind(proposal.action)) return undefined
  return aboutAction(proposal.action).class === 'A' ? proposal.action : undefined
}

function holdReason(role: Role): HoldReason | undefined {
  if (role.control === 'operator') return 'operator-in-control'
  return role.autonomy === 'self-heal' ? undefined : role.autonomy
}
