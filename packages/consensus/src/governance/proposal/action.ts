import { isCount, isDigest, isName, isText } from '../checks.ts'
import type { Digest } from '../digest.ts'
import { TEXT_MAX_CHARS, VALIDATORS_MAX } from '../limits.ts'
import { checkPolicy } from '../policy/check-policy.ts'
import { breachOf } from '../policy/constitution.ts'
import { type Policy, ProposalType } from '../policy/policy.ts'
import type { RefusalCode } from '../refusal.ts'

/**
 * What a passed proposal does, written out in full: the vote is on these bytes, never on an address
 * whose content can change. An upgrade names its manifest by digest.
 */
export type Action =
  | {
      readonly kind: 'set-parameter'
      readonly parameter: string
      readonly from: number
      readonly to: number
    }
  | {
      readonly kind: 'set-validators'
      readonly add: readonly string[]
      readonly remove: readonly string[]
    }
  | { readonly kind: 'upgrade'; readonly manifest: Digest }
  | { readonly kind: 'set-policy'; readonly policy: Policy }
  | { readonly kind: 'spend'; readonly account: string; readonly amount: number }
  | RestrictiveAction

/** All that an emergency can do: stop or lessen something, until it expires. */
export type RestrictiveAction =
  | { readonly kind: 'pause'; readonly service: string; readonly lastsMs: number }
  | { readonly kind: 'quarantine'; readonly member: string; readonly lastsMs: number }
  | {
      readonly kind: 'lower-limit'
      readonly parameter: string
      readonly from: number
      readonly to: number
      readonly lastsMs: number
    }

const typeOf: Readonly<Record<Action['kind'], ProposalType>> = {
  'set-parameter': ProposalType.parameter,
  'set-validators': ProposalType.validatorSet,
  upgrade: ProposalType.upgrade,
  'set-policy': ProposalType.amendment,
  spend: ProposalType.treasury,
  pause: ProposalType.emergency,
  quarantine: ProposalType.emergency,
  'lower-limit': ProposalType.emergency
}

/** Why `action` can't be proposed as `type` under `policy`, if so. */
export function checkAction(
  action: Action,
  type: ProposalType,
  policy: Policy
): RefusalCode | undefined {
  if (typeOf[action.kind] !== type) {
    return type === ProposalType.emergency ? 'not-restrictive' : 'wrong-action'
  }
  switch (action.kind) {
    case 'set-parameter':
      return checkChange(action.parameter, action.from, action.to, policy)
    case 'set-validators':
      return isSetChange([...action.add, ...action.remove]) ? undefined : 'bad-action'
    case 'upgrade':
      return isDigest(action.manifest) ? undefined : 'bad-action'
    case 'set-policy':
      if (action.policy.version !== policy.version + 1) return 'bad-version'
      return checkPolicy(action.policy)
    case 'spend':
      return isName(action.account) && isCount(action.amount) ? undefined : 'bad-action'
    case 'pause':
      return isName(action.service) ? checkExpiry(action.lastsMs, policy) : 'bad-action'
    case 'quarantine':
      return isName(action.member) ? checkExpiry(action.lastsMs, policy) : 'bad-action'
    case 'lower-limit':
      if (action.to >= action.from) return 'not-restrictive'
      return (
        checkChange(action.parameter, action.from, action.to, policy) ??
        checkExpiry(action.lastsMs, policy)
      )
    default:
      return action satisfies never
  }
}

function checkChange(
  parameter: string,
  from: number,
  to: number,
  policy: Policy
): RefusalCode | undefined {
  if (!isName(parameter) || !isCount(from) || !isCount(to)) return 'bad-action'
  if (breachOf(parameter, from, to) !== undefined) return 'unconstitutional'
  const range = Object.hasOwn(policy.parameters, parameter)
    ? policy.parameters[parameter]
    : undefined
  if (range === undefined) return 'unknown-parameter'
  return to < range.least || to > range.most ? 'parameter-out-of-range' : undefined
}

function checkExpiry(lastsMs: number, policy: Policy): RefusalCode | undefined {
  return isCount(lastsMs) && lastsMs > 0 && lastsMs <= policy.emergencyMs ? undefined : 'bad-expiry'
}

function isSetChange(members: readonly string[]): boolean {
  const distinct = new Set(members).size === members.length
  return distinct && members.length > 0 && members.length <= VALIDATORS_MAX && members.every(isName)
}

/** What an action is about: one subject changes once in a cooldown. Derived, so nobody can name it away. */
export function subjectOf(action: Action): string {
  switch (action.kind) {
    case 'set-parameter':
    case 'lower-limit':
      return action.parameter
    case 'set-validators':
      return 'validators'
    case 'upgrade':
      return 'upgrade'
    case 'set-policy':
      return 'policy'
    case 'spend':
      return `account ${action.account}`
    case 'pause':
      return `service ${action.service}`
    case 'quarantine':
      return `member ${action.member}`
    default:
      return action satisfies never
  }
}

/** How long an emergency's effect lasts; undefined for what lasts until it is changed. */
export function lifeOf(action: Action): number | undefined {
  return 'lastsMs' in action ? action.lastsMs : undefined
}

/** What makes a proposal: all of it is hashed into its id, and none of it changes afterwards. */
export interface Draft {
  readonly proposer: string
  readonly type: ProposalType
  readonly title: string
  readonly action: Action
  /** Result of the simulation: the state that the action reads and writes, before and after. */
  readonly simulation: { readonly preState: Digest; readonly postState: Digest }
  /** The simulation over the last events: how many there were, how many would have gone otherwise. */
  readonly impact: { readonly events: number; readonly changed: number; readonly summary: string }
  /** How to go back, and to which state. */
  readonly rollback: { readonly steps: string; readonly restores: Digest }
  readonly policyVersion: number
  /** The weight snapshot that counts, by epoch and root. */
  readonly epoch: number
  readonly weightRoot: Digest
  /** Tells two equal drafts of a proposer apart. */
  readonly nonce: number
}

/** Why the parts of a draft that explain its action aren't enough, if so. */
export function checkPapers({ simulation, impact, rollback }: Draft): RefusalCode | undefined {
  if (!isText(rollback.steps, TEXT_MAX_CHARS) || !isDigest(rollback.restores)) return 'no-rollback'
  if (!isDigest(simulation.preState) || !isDigest(simulation.postState)) return 'no-simulation'
  const counted = isCount(impact.events) && isCount(impact.changed)
  const told = counted && impact.changed <= impact.events && impact.events > 0
  return told && isText(impact.summary, TEXT_MAX_CHARS) ? undefined : 'no-impact'
}
