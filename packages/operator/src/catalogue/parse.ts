import { parse as parseYaml, stringify } from 'yaml'
import { OperatorError } from '../errors.ts'
import { Reader } from '../reader.ts'
import { ACTION_KINDS, type ActionKind } from '../remedy/actions.ts'
import type { Catalogue, CheckSpec, JsonCondition, NetworkPlace, ServiceSpec } from './types.ts'

export const MAX_SERVICES = 256
const MAX_CHECKS = 16
const MAX_YAML = 1_000_000
const NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/
const CONTAINER = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/
const HOUR_MS = 3_600_000

/** The container engine itself, in every catalogue: it is watched like a service. */
export const ENGINE = 'engine'
const ENGINE_SERVICE: ServiceSpec = {
  name: ENGINE,
  runtime: 'host',
  target: ENGINE,
  dependsOn: [],
  networks: [],
  checks: [],
  startMs: 30_000,
  graceMs: 0,
  hooks: {}
}

/**
 * @throws OperatorError `CATALOGUE_INVALID` naming the field and what to write
 */
export function parseCatalogue(value: unknown): Catalogue {
  const root = new Reader(value, 'catalogue', 'CATALOGUE_INVALID').fields('services')
  const entries = root.get('services').entries(MAX_SERVICES, readService)
  return createCatalogue(entries.map(([, service]) => service))
}

/** Reads the YAML of {@link catalogueYaml}. */
export function parseCatalogueYaml(text: string): Catalogue {
  return parseCatalogue(yamlOf(text, 'CATALOGUE_INVALID'))
}

/** YAML from outside: bounded, no aliases to blow up, no duplicate keys. */
export function yamlOf(text: string, code: 'CATALOGUE_INVALID' | 'SCENARIO_INVALID'): unknown {
  if (text.length > MAX_YAML) throw new OperatorError(code, `split it: over ${MAX_YAML} characters`)
  try {
    return parseYaml(text, { maxAliasCount: 0 })
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''
    throw new OperatorError(code, `mend the YAML: ${why}`, error)
  }
}

/**
 * Orders services so that dependencies come first.
 *
 * @throws OperatorError `CATALOGUE_INVALID` for a doubled name, an unknown dependency or a circle
 */
export function createCatalogue(list: readonly ServiceSpec[]): Catalogue {
  const given = list.filter(({ name }) => name !== ENGINE)
  const byName = new Map([ENGINE_SERVICE, ...given].map(service => [service.name, service]))
  if (byName.size !== list.length + 1)
    throw invalid(`two services have one name, or one is called ${ENGINE}; rename it`)
  const services = new Map<string, ServiceSpec>()
  const visiting = new Set<string>()
  const visit = (service: ServiceSpec): void => {
    if (services.has(service.name)) return
    if (visiting.has(service.name)) {
      throw invalid(`${[...visiting, service.name].join(' → ')} is a circle; drop one dependsOn`)
    }
    visiting.add(service.name)
    for (const name of service.dependsOn) {
      const upstream = byName.get(name)
      if (upstream === undefined) throw invalid(`${service.name} depends on ${name}: declare it`)
      visit(upstream)
    }
    visiting.delete(service.name)
    services.set(service.name, service)
  }
  for (const service of byName.values()) visit(service)
  const dependents = new Map<string, string[]>([...services.keys()].map(name => [name, []]))
  for (const { name, dependsOn } of services.values()) {
    for (const upstream of dependsOn) dependents.get(upstream)!.push(name)
  }
  return { services, dependents }
}

/** A catalogue for review, in the form {@link parseCatalogueYaml} reads. */
export function catalogueYaml(catalogue: Catalogue): string {
  const services = Object.fromEntries(
    [...catalogue.services.values()]
      .filter(({ name }) => name !== ENGINE)
      .map(({ name, ...service }) => [name, service])
  )
  return stringify({ services }, { aliasDuplicateObjects: false })
}

function readService(from: Reader, name: string): ServiceSpec {
  if (!NAME.test(name)) throw from.fail('name it in lower case, like faucet-api')
  from.fields(
    'runtime',
    'target',
    'dependsOn',
    'networks',
    'checks',
    'imageId',
    'memoryCapBytes',
    'startMs',
    'graceMs',
    'hooks'
  )
  const imageId = from
    .get('imageId')
    .optional(r => r.matching(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hexadecimal digits'))
  const memoryCapBytes = from.get('memoryCapBytes').optional(r => r.integer(1, 2 ** 50))
  return {
    name,
    runtime: from.get('runtime').choice(['container', 'process', 'host'], 'container'),
    target: from.get('target').optional(r => r.matching(CONTAINER, 'my-container')) ?? name,
    dependsOn: from.get('dependsOn').list(MAX_SERVICES, r => r.matching(NAME, 'node')),
    networks: from.get('networks').list(16, readNetwork),
    checks: from.get('checks').list(MAX_CHECKS, readCheck),
    startMs: from.get('startMs').integer(100, HOUR_MS, 30_000),
    graceMs: from.get('graceMs').integer(0, HOUR_MS, 750),
    hooks: readHooks(from.get('hooks')),
    ...(imageId === undefined ? {} : { imageId }),
    ...(memoryCapBytes === undefined ? {} : { memoryCapBytes })
  }
}

function readHooks(from: Reader): ServiceSpec['hooks'] {
  const hooks = from.entries(ACTION_KINDS.length, (item, key): readonly string[] => {
    if (!ACTION_KINDS.some(kind => kind === key)) {
      throw item.fail(`no such action; known: ${ACTION_KINDS.join(', ')}`)
    }
    const words = item.list(32, word => word.text(512))
    if (words.length === 0) throw item.fail('give a command as a list of words')
    return words
  })
  return Object.fromEntries(hooks) as Partial<Record<ActionKind, readonly string[]>>
}

function readNetwork(from: Reader): NetworkPlace {
  from.fields('network', 'aliases')
  return {
    network: from.get('network').matching(CONTAINER, 'mesh-net'),
    aliases: from.get('aliases').list(16, r => r.matching(NAME, 'node'))
  }
}

function readCondition(from: Reader): JsonCondition {
  from.fields('path', 'op', 'value')
  return {
    path: from.get('path').text(),
    op: from.get('op').choice(['is', 'at-least', 'at-most'], 'is'),
    value: from.get('value').scalar()
  }
}

const CHECK_FIELDS: Readonly<Record<CheckSpec['type'], readonly string[]>> = {
  http: ['url', 'status', 'timeoutMs', 'slowMs', 'condition'],
  tcp: ['host', 'port', 'timeoutMs'],
  'json-rpc': ['url', 'method', 'timeoutMs', 'condition', 'means', 'height'],
  process: ['command', 'descriptorsPercent'],
  disk: ['path', 'lowPercent', 'fullPercent'],
  clock: ['url', 'maxSkewMs', 'timeoutMs'],
  certificate: ['host', 'port', 'warnDays', 'timeoutMs'],
  file: ['path', 'sha256', 'json', 'secret'],
  name: ['from', 'host']
}
const MEANINGS = ['condition', 'pool-full', 'balance-low', 'key-aged'] as const
const CHECK_TYPES = Object.keys(CHECK_FIELDS) as readonly CheckSpec['type'][]

function readCheck(from: Reader): CheckSpec {
  const type = from.get('type').choice(CHECK_TYPES)
  from.fields('type', 'name', ...CHECK_FIELDS[type])
  const name = from.get('name').optional(r => r.matching(NAME, 'rpc')) ?? type
  const timeoutMs = (): number => from.get('timeoutMs').integer(50, 30_000, 800)
  const url = (): string => from.get('url').matching(/^https?:\/\/[^\s@]+$/, 'http://127.0.0.1:80/')
  const port = (): number => from.get('port').integer(1, 65_535)
  switch (type) {
    case 'http':
      return {
        type,
        name,
        url: url(),
        status: from.get('status').integer(100, 599, 200),
        timeoutMs: timeoutMs(),
        ...some(
          'slowMs',
          from.get('slowMs').optional(r => r.integer(1, 30_000))
        ),
        ...some('condition', from.get('condition').optional(readCondition))
      }
    case 'tcp':
      return { type, name, host: from.get('host').text(), port: port(), timeoutMs: timeoutMs() }
    case 'json-rpc':
      return {
        type,
        name,
        url: url(),
        method: from.get('method').matching(/^[A-Za-z_][\w.]{0,99}$/, 'system_health'),
        timeoutMs: timeoutMs(),
        ...some('condition', from.get('condition').optional(readCondition)),
        ...some(
          'means',
          from.get('means').optional(r => r.choice<(typeof MEANINGS)[number]>(MEANINGS))
        ),
        ...some('height', from.get('height').optional(readHeight))
      }
    default:
      return readHostCheck(from, type, name)
  }
}

function readHostCheck(
  from: Reader,
  type: Exclude<CheckSpec['type'], 'http' | 'tcp' | 'json-rpc'>,
  name: string
): CheckSpec {
  const timeoutMs = (): number => from.get('timeoutMs').integer(50, 30_000, 800)
  const percent = (key: string, fallback: number): number => from.get(key).integer(1, 100, fallback)
  switch (type) {
    case 'process':
      return {
        type,
        name,
        command: from.get('command').text(64),
        descriptorsPercent: percent('descriptorsPercent', 95)
      }
    case 'disk':
      return {
        type,
        name,
        path: from.get('path').text(),
        lowPercent: percent('lowPercent', 85),
        fullPercent: percent('fullPercent', 97)
      }
    case 'clock':
      return {
        type,
        name,
        url: from.get('url').text(),
        maxSkewMs: from.get('maxSkewMs').integer(1_000, HOUR_MS, 5_000),
        timeoutMs: timeoutMs()
      }
    case 'certificate':
      return {
        type,
        name,
        host: from.get('host').text(),
        port: from.get('port').integer(1, 65_535, 443),
        warnDays: from.get('warnDays').integer(1, 365, 14),
        timeoutMs: timeoutMs()
      }
    case 'file':
      return {
        type,
        name,
        path: from.get('path').text(),
        json: from.get('json').flag(false),
        secret: from.get('secret').flag(false),
        ...some(
          'sha256',
          from.get('sha256').optional(r => r.matching(/^[0-9a-f]{64}$/, '64 hex'))
        )
      }
    case 'name':
      return { type, name, from: from.get('from').text(), host: from.get('host').text() }
    default:
      return type satisfies never
  }
}

function readHeight(from: Reader): { path: string; stallMs: number } {
  from.fields('path', 'stallMs')
  return {
    path: from.get('path').text(),
    stallMs: from.get('stallMs').integer(1_000, HOUR_MS, 30_000)
  }
}

/** A field that is left out when it has no value. */
function some<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: T })
}

function invalid(why: string): OperatorError {
  return new OperatorError('CATALOGUE_INVALID', why)
}
