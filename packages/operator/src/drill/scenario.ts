import { MAX_SERVICES, yamlOf } from '../catalogue/parse.ts'
import { Reader } from '../reader.ts'
import { ACTION_KINDS } from '../remedy/actions.ts'
import { FAULT_KINDS } from './faults.ts'
import type { Injection } from './world.ts'

export const FAMILIES = [
  'container',
  'network',
  'image',
  'cascade',
  'rpc',
  'machine',
  'config',
  'secrets'
] as const

export type Family = (typeof FAMILIES)[number]

/** How a scenario is to end. `asked`: the question is answered with yes and that heals it. */
export const ENDS = ['healed', 'asked', 'alerted'] as const

/** A fault, and what the agent is to make of it. */
export interface Scenario {
  readonly name: string
  readonly family: Family
  readonly says: string
  /** File name, without its ending, of the catalogue it plays on. */
  readonly catalogue: string
  /** Services that hold on to a dead connection until they are restarted. */
  readonly sticky: readonly string[]
  readonly inject: readonly Injection[]
  readonly expect: {
    readonly end: (typeof ENDS)[number]
    /** The service to be named as the cause. */
    readonly root: string
    readonly rule: string
    /** Actions done, in order: `restart node`. */
    readonly actions: readonly string[]
  }
  /** Whether a real engine can be brought into this state. */
  readonly real: boolean
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/
const MAX_INJECTIONS = 32
const MAX_AT_MS = 3_600_000

/** @throws OperatorError `SCENARIO_INVALID` naming the field and what to write */
export function parseScenario(text: string): Scenario {
  const from = new Reader(yamlOf(text, 'SCENARIO_INVALID'), 'scenario', 'SCENARIO_INVALID').fields(
    'name',
    'family',
    'says',
    'catalogue',
    'sticky',
    'inject',
    'expect',
    'real'
  )
  const expect = from.get('expect').fields('end', 'root', 'rule', 'actions')
  const name = (field: Reader): string => field.matching(NAME, 'alias-lost')
  return {
    name: name(from.get('name')),
    family: from.get('family').choice(FAMILIES),
    says: from.get('says').text(400),
    catalogue: name(from.get('catalogue')),
    sticky: from.get('sticky').list(MAX_SERVICES, name),
    inject: from.get('inject').list(MAX_INJECTIONS, readInjection),
    expect: {
      end: expect.get('end').choice(ENDS),
      root: name(expect.get('root')),
      rule: name(expect.get('rule')),
      actions: expect.get('actions').list(MAX_INJECTIONS, item => item.text())
    },
    real: from.get('real').flag(false)
  }
}

function readInjection(from: Reader): Injection {
  from.fields('atMs', 'fault', 'service', 'curedBy', 'lastsMs')
  const curedBy = from.get('curedBy')
  const lastsMs = from.get('lastsMs').optional(field => field.integer(1, MAX_AT_MS))
  return {
    atMs: from.get('atMs').integer(0, MAX_AT_MS, 0),
    fault: from.get('fault').choice(FAULT_KINDS),
    service: from.get('service').matching(NAME, 'node'),
    ...(curedBy.given
      ? { curedBy: curedBy.list(ACTION_KINDS.length, field => field.choice(ACTION_KINDS)) }
      : {}),
    ...(lastsMs === undefined ? {} : { lastsMs })
  }
}
