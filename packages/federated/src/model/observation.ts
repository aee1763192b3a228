import { FederatedError } from '../errors.ts'

/** What a fact is about; the second axis of the prior's torus. */
export const FAMILIES = [
  'service',
  'symptom',
  'metric',
  'log',
  'context',
  'tried',
  'request',
  'signal'
] as const

export type Family = (typeof FAMILIES)[number]

/** One thing known of one service. */
export interface Fact {
  /** Index into {@link Observation.services}. */
  readonly service: number
  readonly family: Family
  /** A short word of a closed set where there is one: `oom-killed`, `memory-90`, `restart`. */
  readonly value: string
  readonly ageMs: number
}

/** What a model is asked about. Services stand in the order of dependency, what is stood upon first. */
export interface Observation {
  readonly services: readonly string[]
  readonly facts: readonly Fact[]
}

/** What a model can propose: the operator's actions, and leaving it to people. */
export const PROPOSALS = [
  'alert',
  'start',
  'restart',
  'unpause',
  'reconnect',
  'raise-memory',
  'top-up',
  'recreate',
  'rotate-key',
  'free-disk',
  'restore-config',
  'refuse',
  'flag'
] as const

export type ProposalKind = (typeof PROPOSALS)[number]

/** At most so many services in an observation. */
export const MOST_SERVICES = 8
/** More facts than these are not read. */
export const MOST_FACTS = 256
const MOST_CHARS = 64

/**
 * Checks an observation's bounds before anything is done with it.
 *
 * @throws FederatedError `bad-observation`
 */
export function checkObservation({ services, facts }: Observation): void {
  const many = services.length < 1 || services.length > MOST_SERVICES
  if (many) throw bad(`give 1 to ${MOST_SERVICES} services`)
  if (facts.length > MOST_FACTS) throw bad(`give at most ${MOST_FACTS} facts`)
  for (const { service, family, value, ageMs } of facts) {
    const known = Number.isInteger(service) && service >= 0 && service < services.length
    if (!known) throw bad(`no service ${service}`)
    if (!FAMILIES.includes(family)) throw bad(`no family ${family}`)
    if (value.length > MOST_CHARS) throw bad(`a value of ${value.length} characters`)
    if (!(ageMs >= 0)) throw bad(`an age of ${ageMs} ms`)
  }
}

function bad(why: string): FederatedError {
  return new FederatedError('bad-observation', why)
}
