import { GovernanceError } from '../errors.ts'
import { EVENTS_MAX } from '../limits.ts'
import type { WeightRules } from '../policy/policy.ts'
import { type CreditScore, scoreCredits } from './credits.ts'
import type { CertificationEvent, Credit, CreditEvent, WeightEvent } from './events.ts'

/** The six parts of a weight, in the order in which they are hashed. */
export const components = [
  'uptime',
  'attestations',
  'signals',
  'participation',
  'contributions',
  'certification'
] as const
export type Component = (typeof components)[number]

const COMPONENT_MAX = 100
/** Points of a certification tier; tier 5 is the highest. */
const TIER_POINTS = 10
const TIER_MAX = 5
/** 5 × 100 + 50. */
export const WEIGHT_MAX = 550

/** One component: what counts, what was earned before the named bound, the events behind it. */
export interface Assessed {
  readonly points: number
  readonly earned: number
  readonly bound: 'none' | 'maximum' | 'work' | 'clique'
  /** Sequence numbers in the ledger. */
  readonly events: readonly number[]
}
export type Assessment = Readonly<Record<Component, Assessed>>

interface Facts {
  readonly members: Map<string, boolean>
  readonly slots: Map<string, Map<number, number>>
  readonly credits: Record<Credit, CreditEvent[]>
  readonly ballots: Map<string, Map<string, number>>
  readonly decided: Set<string>
  readonly certificates: Map<string, CertificationEvent>
}

/**
 * The components of every member at the end of `epoch`.
 *
 * Uptime and votes cost an idle cohort nothing, so they count only up to the member's work: what
 * others vouch for as attestations, signals and contributions.
 *
 * @param events - in the ledger's order, from the first membership on
 * @param standing - weight of the epoch before, 0 if none
 * @throws {GovernanceError} `too-large`, `events-unordered`
 */
export function assess(
  events: readonly WeightEvent[],
  epoch: number,
  rules: WeightRules,
  standing: (member: string) => number
): Map<string, Assessment> {
  const facts = collect(events, epoch, rules.windowEpochs)
  const attestations = scoreCredits(facts.credits.attestation, rules, standing)
  const signals = scoreCredits(facts.credits.signal, rules, standing)
  const contributions = scoreCredits(facts.credits.contribution, rules, standing)
  const assessments = new Map<string, Assessment>()
  for (const [member, joined] of facts.members) {
    if (!joined) continue
    const vouched = {
      attestations: credited(attestations.get(member)),
      signals: credited(signals.get(member)),
      contributions: credited(contributions.get(member))
    }
    const work = vouched.attestations.points + vouched.signals.points + vouched.contributions.points
    assessments.set(member, {
      ...vouched,
      uptime: uptimeOf(facts, member, rules, work),
      participation: participationOf(facts, member, rules, work),
      certification: certificationOf(facts, member, epoch)
    })
  }
  return assessments
}

function collect(events: readonly WeightEvent[], epoch: number, windowEpochs: number): Facts {
  if (events.length > EVENTS_MAX) {
    throw new GovernanceError('too-large', `weigh ${EVENTS_MAX} events at most, use longer slots`)
  }
  const facts: Facts = {
    members: new Map(),
    slots: new Map(),
    credits: { attestation: [], signal: [], contribution: [] },
    ballots: new Map(),
    decided: new Set(),
    certificates: new Map()
  }
  let last = -1
  for (const event of events) {
    // An event given twice would count twice; the ledger's order makes that visible.
    if (event.seq <= last) {
      throw new GovernanceError('events-unordered', `event ${event.seq} is out of order, sort them`)
    }
    last = event.seq
    if (event.epoch <= epoch) note(facts, event, event.epoch > epoch - windowEpochs)
  }
  return facts
}

function note(facts: Facts, event: WeightEvent, recent: boolean): void {
  switch (event.kind) {
    case 'membership':
      facts.members.set(event.member, event.joined)
      return
    case 'certification':
      facts.certificates.set(event.member, event)
      return
    case 'heartbeat':
      return recent ? first(facts.slots, event.member, event.slot, event.seq) : undefined
    case 'ballot':
      return recent ? first(facts.ballots, event.member, event.proposal, event.seq) : undefined
    case 'decision':
      if (recent && event.quorate) facts.decided.add(event.proposal)
      return
    case 'attestation':
    case 'signal':
    case 'contribution':
      if (recent) facts.credits[event.kind].push(event)
      return
    default:
      event satisfies never
  }
}

/** Keeps the first event of a member about one thing. */
function first<Key>(
  map: Map<string, Map<Key, number>>,
  member: string,
  key: Key,
  seq: number
): void {
  const known = map.get(member) ?? new Map<Key, number>()
  if (!known.has(key)) known.set(key, seq)
  map.set(member, known)
}

const nothing: Assessed = { points: 0, earned: 0, bound: 'none', events: [] }

function credited(score: CreditScore | undefined): Assessed {
  if (score === undefined) return nothing
  const points = Math.min(score.points, COMPONENT_MAX)
  const bound = points < score.points ? 'maximum' : points < score.lent ? 'clique' : 'none'
  return { points, earned: score.lent, bound, events: score.events }
}

function upToWork(earned: number, work: number, events: readonly number[]): Assessed {
  const points = Math.min(earned, work)
  return { points, earned, bound: points < earned ? 'work' : 'none', events }
}

function uptimeOf(facts: Facts, member: string, rules: WeightRules, work: number): Assessed {
  const slots = facts.slots.get(member)
  if (slots === undefined) return nothing
  const all = rules.windowEpochs * rules.epochSlots
  const earned = Math.min(Math.floor((COMPONENT_MAX * slots.size) / all), COMPONENT_MAX)
  return upToWork(earned, work, [...slots.values()])
}

function participationOf(facts: Facts, member: string, rules: WeightRules, work: number): Assessed {
  const voted = [...(facts.ballots.get(member) ?? [])].filter(([id]) => facts.decided.has(id))
  const all = Math.max(facts.decided.size, rules.decidedLeast)
  const earned = Math.floor((COMPONENT_MAX * voted.length) / all)
  const events = voted.map(([, seq]) => seq)
  return upToWork(earned, work, events)
}

function certificationOf(facts: Facts, member: string, epoch: number): Assessed {
  const certificate = facts.certificates.get(member)
  if (certificate === undefined || certificate.untilEpoch < epoch) return nothing
  const tier = Math.min(Math.max(Math.floor(certificate.tier), 0), TIER_MAX)
  const points = TIER_POINTS * tier
  return { points, earned: points, bound: 'none', events: [certificate.seq] }
}
