import { checkObservation, FAMILIES, type Fact, type Observation } from './observation.ts'

/** A model reads no more tokens than these: length decides the time, not parameters. */
export const MOST_TOKENS = 64
/** Sides of the prior's torus. */
const SIDE = 8
const SLOT_BASE_MS = 1_000

/** An observation as a model reads it. Token 0 gathers; the next ones stand for the services. */
export interface Tokens {
  readonly count: number
  /** Two rows of the embedding a token: what it says, and about whom. */
  readonly ids: Int32Array
  /** A cell on 8 × 8 × 8 a token; −1 for token 0, which is near to all. */
  readonly cells: Int32Array
  /** Services; service i is token i + 1. */
  readonly services: number
  /** Facts that didn't fit. */
  readonly dropped: number
}

/**
 * The canonical tokens of an observation: facts in any order give the same. The newest facts stay
 * when there are too many.
 *
 * @param vocabulary - rows of the embedding that ids are hashed into
 * @throws FederatedError `bad-observation`
 */
export function tokensOf(observation: Observation, vocabulary: number): Tokens {
  checkObservation(observation)
  const { services } = observation
  const facts = distinct(observation.facts)
  const kept = facts.slice(0, MOST_TOKENS - 1 - services.length)
  const count = 1 + services.length + kept.length
  const ids = new Int32Array(2 * count)
  const cells = new Int32Array(count)
  const id = (text: string): number => hash(text) % vocabulary
  ids.set([id('gather'), id('all')])
  cells[0] = -1
  const place = (service: number): number => id(`at ${service}`)
  const cell = (service: number, family: number, slot: number): number =>
    ((hash(services[service]!) % SIDE) * SIDE + family) * SIDE + slot
  for (let service = 0; service < services.length; service++) {
    ids.set([id('service'), place(service)], 2 + 2 * service)
    cells[1 + service] = cell(service, 0, 0)
  }
  kept.forEach(({ service, family, value, ageMs }, i) => {
    const at = 1 + services.length + i
    ids.set([id(`${family} ${value}`), place(service)], 2 * at)
    cells[at] = cell(service, FAMILIES.indexOf(family), slotOf(ageMs))
  })
  return { count, ids, cells, services: services.length, dropped: facts.length - kept.length }
}

/** Steps between two cells of the 8 × 8 × 8 torus. */
export function hopsBetween(a: number, b: number): number {
  if (a < 0 || b < 0) return 0
  let hops = 0
  for (const shift of [0, 3, 6]) {
    const apart = Math.abs(((a >> shift) & 7) - ((b >> shift) & 7))
    hops += Math.min(apart, SIDE - apart)
  }
  return hops
}

/** Newest first, then by service, family and value; doubles once. */
function distinct(facts: readonly Fact[]): Fact[] {
  const keyed = new Map<string, Fact>()
  for (const fact of facts) {
    const slot = slotOf(fact.ageMs)
    keyed.set(`${slot} ${fact.service} ${FAMILIES.indexOf(fact.family)} ${fact.value}`, fact)
  }
  return [...keyed].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact)
}

/** Powers of four seconds: below 1 s, 4 s, 16 s, … */
function slotOf(ageMs: number): number {
  let slot = 0
  for (let bound = SLOT_BASE_MS; slot < SIDE - 1 && ageMs >= bound; slot++) bound *= 4
  return slot
}

/** FNV-1a with a final mix, 31 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 1
}
