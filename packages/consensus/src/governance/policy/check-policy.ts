import { isCount, isName } from '../checks.ts'
import {
  EMERGENCY_MAX_MS,
  PARAMETERS_MAX,
  PHASE_MAX_MS,
  SLOT_MS,
  VOTING_MAX_MS
} from '../limits.ts'
import type { RefusalCode } from '../refusal.ts'
import { breachOf } from './constitution.ts'
import {
  defaultPolicy,
  type Policy,
  ProposalType,
  type TypeRules,
  type WeightRules
} from './policy.ts'

/** A component's most points; what needs more can't be met. */
const COMPONENT_MAX = 100

const within = (value: number, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && value >= least && value <= most

/** Whether `value` has the fields of `model`, no others, and of the same kinds. */
function hasShape(value: unknown, model: unknown): boolean {
  if (typeof value !== 'object' || typeof model !== 'object') return typeof value === typeof model
  if (value === null || model === null || Array.isArray(value)) return false
  const fields = Object.entries(model)
  return (
    Object.keys(value).length === fields.length &&
    fields.every(([key, part]) => hasShape(Reflect.get(value, key), part))
  )
}

/** Why `policy` can't be in force, if so: each rule of it must be possible to meet, and a rule. */
export function checkPolicy(policy: Policy): RefusalCode | undefined {
  const model = { ...defaultPolicy, parameters: {} }
  if (!hasShape({ ...policy, parameters: {} }, model)) return 'unsatisfiable-policy'
  const { version, weight, types, parameters } = policy
  const plain =
    within(version, 1, Number.MAX_SAFE_INTEGER) &&
    within(policy.downPercent, 0, 99) &&
    within(policy.proposerCooldownMs, 0, PHASE_MAX_MS) &&
    within(policy.emergencyMs, 1, EMERGENCY_MAX_MS)
  if (!plain || !isMeetable(weight)) return 'unsatisfiable-policy'
  for (const type of Object.values(ProposalType)) {
    if (!isVotable(types[type])) return 'unsatisfiable-policy'
  }
  // Otherwise no emergency could be ratified while it lasts, or one could be renewed without a gap.
  const { votingMs, subjectCooldownMs } = types.emergency
  if (votingMs > policy.emergencyMs || subjectCooldownMs <= policy.emergencyMs) {
    return 'unsatisfiable-policy'
  }
  return checkParameters(parameters)
}

function isVotable(rules: TypeRules): boolean {
  const phases = [rules.reviewMs, rules.objectionMs, rules.timelockMs, rules.subjectCooldownMs]
  return (
    within(rules.quorumPercent, 1, 100) &&
    within(rules.thresholdPercent, 50, 99) &&
    within(rules.proposerLevel, 1, 3) &&
    within(rules.contributionLeast, 0, COMPONENT_MAX) &&
    ['C', 'D', 'E'].includes(rules.actionClass) &&
    within(rules.votingMs, SLOT_MS, VOTING_MAX_MS) &&
    within(rules.extensionMs, 0, rules.votingMs) &&
    within(rules.executeMs, 1, PHASE_MAX_MS) &&
    phases.every(ms => within(ms, 0, PHASE_MAX_MS))
  )
}

function isMeetable(rules: WeightRules): boolean {
  return (
    within(rules.windowEpochs, 1, 365) &&
    within(rules.epochSlots, 1, 1_440) &&
    within(rules.growthPerEpoch, 1, 550) &&
    within(rules.jumpPercent, 1, 100) &&
    within(rules.recentEpochs, 1, 30) &&
    within(rules.pairMaxPoints, 1, COMPONENT_MAX) &&
    within(rules.lenderMaxPoints, rules.pairMaxPoints, 10_000) &&
    within(rules.standingPerPoint, 1, 550) &&
    within(rules.decidedLeast, 1, 1_000) &&
    within(rules.activeWork, 0, 3 * COMPONENT_MAX) &&
    within(rules.contributingPoints, 0, COMPONENT_MAX)
  )
}

function checkParameters(parameters: Policy['parameters']): RefusalCode | undefined {
  if (typeof parameters !== 'object' || parameters === null) return 'unsatisfiable-policy'
  const named = Object.entries(parameters)
  if (named.length > PARAMETERS_MAX) return 'unsatisfiable-policy'
  for (const [name, range] of named) {
    if (!hasShape(range, { least: 0, most: 0 })) return 'unsatisfiable-policy'
    const { least, most } = range
    if (!isName(name) || !isCount(least) || !isCount(most) || least > most) {
      return 'unsatisfiable-policy'
    }
    // Naming a parameter opens it to votes; those that may not even rise must stay closed.
    if (breachOf(name, least, most) !== undefined) return 'unconstitutional'
  }
  return undefined
}
