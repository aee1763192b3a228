import { governance, neededPower, powerFromWeight } from '@torusmesh/consensus'
import { sha256 } from './sha256.ts'

/** The mesh that is to be captured, and the rules it lives by. */
export interface CaptureTarget {
  readonly members: number
  /** Weight of all members together. */
  readonly weight: number
  readonly policy: governance.Policy
  /** Days after which the attacker gives up. */
  readonly daysMax: number
}

/** What it takes; shares in basis points, rounded down, of the mesh with the attacker in it. */
export interface CaptureEffort {
  /** Fewest nodes with which it works at all. */
  readonly nodes: number
  readonly nodesBp: number
  /** Least sum over the days, until it is executed, of the attacker's weight; and how many days. */
  readonly weightDays: number
  readonly days: number
  /** Least share of all members' weight-days in the same days, by whatever number of nodes. */
  readonly weightDaysBp: number
}

const BP = 10_000
const DAY_MS = 86_400_000
/** The attacker brings at most so many times the nodes there are. */
const NODES_TIMES = 3
/** Numbers of nodes that are tried for the least weight-days. */
const TRIES = 128
const ATTACKER = 'attacker'

/**
 * The least effort that passes a proposal of `type` and has it executed; undefined if none does.
 *
 * The attacker's nodes join on day 0 without weight, gain each day all that the policy lets anybody
 * gain, and are all made validators. The honest abstain, which lowers what approvals must reach.
 * Which weights count is decided by `electorateOf`, the vote by `decide`, the second key by the
 * powers that weights give or, in class C, by the share of cells.
 *
 * @param isWatched - whether the honest use their objection
 */
export function measureCapture(
  type: governance.ProposalType,
  target: CaptureTarget,
  isWatched: boolean
): CaptureEffort | undefined {
  const { members, weight, policy } = target
  const dayFor = (count: number): number | undefined => firstDay(type, target, count, isWatched)
  const most = NODES_TIMES * members
  if (dayFor(most) === undefined) return undefined
  const nodes = least(most, count => dayFor(count) !== undefined)
  const share = (part: number, others: number): number => Math.floor((BP * part) / (part + others))
  const tried = Array.from({ length: TRIES }, (_, at) =>
    Math.floor(nodes + ((most - nodes) * at) / (TRIES - 1))
  )
  const efforts = tried.flatMap(count => {
    const day = dayFor(count)
    if (day === undefined) return []
    const days = day + daysToExecute(policy.types[type])
    const weightDays = count * sumOfDays(days, policy.weight)
    return [{ days, weightDays, weightDaysBp: share(weightDays, weight * days) }]
  })
  const { weightDays, days } = efforts.reduce((a, b) => (b.weightDays < a.weightDays ? b : a))
  const weightDaysBp = Math.min(...efforts.map(effort => effort.weightDaysBp))
  return { nodes, nodesBp: share(nodes, members), weightDays, days, weightDaysBp }
}

/** The first day on which a proposal made by so many nodes would get through. */
function firstDay(
  type: governance.ProposalType,
  target: CaptureTarget,
  nodes: number,
  isWatched: boolean
): number | undefined {
  const { policy, weight, daysMax } = target
  const history: governance.WeightSnapshot[] = []
  for (let day = 0; day <= daysMax; day++) {
    // All of a side weigh the same, and the rules compare ratios: one row stands for a side.
    const own = nodes * weightOn(day, policy.weight)
    history.push(snapshotOf(day, own, weight))
    if (history.length > policy.weight.recentEpochs + 1) history.shift()
    const counts = governance.electorateOf(history, policy.weight, sha256)
    const approve = counts.rowOf(ATTACKER)!.total
    const abstain = counts.total - approve
    const sums = { approve, deny: 0, abstain }
    if (!governance.decide(sums, counts.total, policy.types[type]).passed) continue
    if (hasSecondKey(type, target, nodes, approve, isWatched)) return day
  }
  return undefined
}

/** Whether the attacker's nodes make the action's certificate; if watched, also against objections. */
function hasSecondKey(
  type: governance.ProposalType,
  { members, weight, policy }: CaptureTarget,
  nodes: number,
  own: number,
  isWatched: boolean
): boolean {
  const { actionClass } = policy.types[type]
  const power = nodes * powerFromWeight(own / nodes)
  const honest = members * powerFromWeight(weight / members)
  if (isWatched && 3 * honest > power + honest) return false
  if (actionClass === 'C') return BP * nodes >= cellsBp(type, policy) * (members + nodes)
  return power >= neededPower(actionClass, power + honest)
}

/** Least share of cells that has 17 of a drawn ball of 25 with the odds of one in a million. */
function cellsBp(type: governance.ProposalType, policy: governance.Policy): number {
  const costs = governance.captureCosts(policy, { members: 1, averageWeight: 1 })
  return costs.find(cost => cost.type === type)!.certificateBp
}

function snapshotOf(day: number, own: number, others: number): governance.WeightSnapshot {
  const parts = {
    uptime: 0,
    attestations: 0,
    signals: 0,
    participation: 0,
    contributions: 0,
    certification: 0
  }
  const rows = [
    { member: ATTACKER, ...parts, total: own },
    { member: 'honest', ...parts, total: others }
  ]
  return new governance.WeightSnapshot(day, 1, rows, sha256)
}

/** Weight of a node that gains all it can, `day` days after it came. */
function weightOn(day: number, { growthPerEpoch }: governance.WeightRules): number {
  return Math.min(day * growthPerEpoch, governance.WEIGHT_MAX)
}

function sumOfDays(days: number, rules: governance.WeightRules): number {
  let sum = 0
  for (let day = 1; day <= days; day++) sum += weightOn(day, rules)
  return sum
}

function daysToExecute(rules: governance.TypeRules): number {
  const { reviewMs, votingMs, objectionMs, timelockMs } = rules
  return Math.ceil((reviewMs + votingMs + objectionMs + timelockMs) / DAY_MS)
}

/** The least count, up to `most`, that is enough; more than enough always is. */
function least(most: number, isEnough: (count: number) => boolean): number {
  let low = 1
  let high = most
  while (low < high) {
    const middle = (low + high) >> 1
    if (isEnough(middle)) high = middle
    else low = middle + 1
  }
  return high
}
