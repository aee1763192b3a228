import {
  type Fact,
  type Family,
  type Observation,
  PROPOSALS,
  type ProposalKind
} from '../model/observation.ts'
import { Draw } from './draw.ts'
import { type Cause, EVIDENCE, FAULTS, type FaultFamily, type FaultUse } from './faults.ts'

/** An observation, what was right, and what it was made from. */
export interface Pair {
  readonly observation: Observation
  readonly action: ProposalKind
  /** Index into the observation's services. */
  readonly target: number
  /** Its kind's name. */
  readonly fault: string
}

export interface GeneratorOptions {
  readonly seed: number
  readonly count: number
  /** Which kinds of faults. */
  readonly use: FaultUse
}

const SERVICES = [
  'chain',
  'rpc',
  'index',
  'api',
  'proxy',
  'web',
  'queue',
  'store',
  'miner',
  'cache'
]
const DOWNSTREAM = ['bad-gateway', 'http-status', 'condition', 'slow']
const NOISE = ['metric cpu-20', 'metric memory-40', 'log started', 'context weekday', 'log retry']
const CAUSES = Object.keys(EVIDENCE) as Cause[]
/** Noise of the labels there is none; of the facts there is. */
const CONFOUNDER_PERCENT = 30
const AGES_MS = [200, 2_000, 10_000, 40_000, 200_000, 900_000]

/**
 * Pairs of observation and right answer, among them requests to refuse. A fault sits in one of up to
 * five services; those that stand on it suffer visibly; steps already tried there without success
 * move the answer to the next one, steps tried elsewhere don't. The same options give the same pairs.
 */
export function generate({ seed, count, use }: GeneratorOptions): Pair[] {
  const draw = new Draw(seed)
  const faults = FAULTS.filter(fault => fault.use === use)
  return Array.from({ length: count }, () => pair(draw, draw.one(faults)))
}

/** Observations that mean nothing: facts of all causes at once. A model should abstain. */
export function generateNonsense(seed: number, count: number): Observation[] {
  const draw = new Draw(seed)
  return Array.from({ length: count }, () => {
    const services = draw.shuffled(SERVICES).slice(0, 1 + draw.below(5))
    const facts = draw
      .shuffled(CAUSES)
      .slice(0, 4 + draw.below(5))
      .map(cause => fact(draw, draw.below(services.length), draw.one(EVIDENCE[cause])))
    return { services, facts }
  })
}

function pair(draw: Draw, fault: FaultFamily): Pair {
  const services = draw.shuffled(SERVICES).slice(0, 1 + draw.below(5))
  const target = draw.below(services.length)
  const facts: Fact[] = [fact(draw, target, `${fault.family} ${fault.name}`)]
  const evidence = draw.shuffled(EVIDENCE[fault.cause]).slice(0, 2 + draw.below(3))
  for (const text of evidence) facts.push(fact(draw, target, text))
  for (let service = target + 1; service < services.length; service++) {
    if (draw.chance(70)) facts.push(fact(draw, service, `symptom ${draw.one(DOWNSTREAM)}`))
  }
  if (draw.chance(CONFOUNDER_PERCENT)) {
    facts.push(fact(draw, draw.below(services.length), draw.one(EVIDENCE[draw.one(CAUSES)])))
  }
  for (let i = draw.below(4); i > 0; i--) {
    facts.push(fact(draw, draw.below(services.length), draw.one(NOISE)))
  }
  const tried = draw.below(fault.steps.length + 1) * Number(draw.chance(50))
  const final = fault.cause === 'threat' || fault.cause === 'odd'
  const spent = final ? [] : fault.steps.slice(0, tried)
  for (const step of spent) facts.push(fact(draw, target, `tried ${step}`))
  if (services.length > 1 && draw.chance(30)) {
    const elsewhere = (target + 1 + draw.below(services.length - 1)) % services.length
    facts.push(fact(draw, elsewhere, `tried ${draw.one(PROPOSALS.slice(1, -2))}`))
  }
  const action = fault.steps[spent.length] ?? 'alert'
  const observation = { services, facts: draw.shuffled(facts) }
  return { observation, action, target, fault: fault.name }
}

function fact(draw: Draw, service: number, text: string): Fact {
  const space = text.indexOf(' ')
  const family = text.slice(0, space) as Family
  return { service, family, value: text.slice(space + 1), ageMs: draw.one(AGES_MS) }
}
