import { SimulationError } from '../errors.ts'
import { checkFaults } from '../faults/check.ts'
import { checkNetwork } from '../network/check.ts'
import type { NetworkSpec } from '../network/spec.ts'
import { scenarios } from './catalogue.ts'
import { check, checkTagged, isRecord, notOneOf, shown } from './check.ts'
import type { Locate, Problem, RunDocument } from './document.ts'
import { durationMsOf } from './duration.ts'
import type { Scenario } from './scenario.ts'
import { FAULTS, LATENCIES, LOSSES, NETWORK_FIELDS, OUTLINE, parametersSchema } from './schema.ts'
import type { RunSpec } from './spec.ts'
import { fieldName, SpecError } from './spec-error.ts'

const DEFAULT_SEED = 1

export interface ResolveOptions {
  /** Says where fields stand, for the messages. */
  readonly locate?: Locate
  /** Scenarios to choose from; the catalogue when left out. */
  readonly scenarios?: readonly Scenario[]
}

/**
 * Fills in a scenario's defaults and checks everything, whoever wrote it. A `sweep` is checked in
 * its outline only, and left out: see `sweepOf`.
 *
 * @throws SpecError with every problem found
 */
export function resolveSpec(document: unknown, options: ResolveOptions = {}): RunSpec {
  return resolve(document, options, ({ defaults }) => defaults.network)
}

function resolve(
  given: unknown,
  options: ResolveOptions,
  ownNetwork: (scenario: Scenario) => Partial<NetworkSpec>
): RunSpec {
  const document = withoutNulls(given)
  const problems = check(OUTLINE, document)
  const scenario = scenarioOf(document, options, problems)
  if (scenario === undefined || !isRecord(document)) throw new SpecError(problems, options.locate)
  const { network = {}, faults = [], parameters = {}, duration } = document
  const own = ownNetwork(scenario)
  if (isRecord(network)) problems.push(...networkProblems({ latency: own.latency, ...network }))
  if (Array.isArray(faults)) {
    problems.push(
      ...faults.flatMap((fault, i) => checkTagged('kind', FAULTS, fault, ['faults', i]))
    )
  }
  if (isRecord(parameters)) {
    problems.push(...check(parametersSchema(scenario.parameters), parameters, ['parameters']))
  }
  if (duration !== undefined && durationMsOf(duration) === undefined) {
    const what = `is ${shown(duration)}; give whole ms, or 500ms, 30s, 5m, 2h, up to 30d`
    problems.push({ path: ['duration'], what })
  }
  // Fields fit, each for itself; from here on they have their types.
  if (problems.length === 0) {
    const spec = filledIn(given as RunDocument, scenario, own)
    problems.push(...modelProblems(spec, scenario, document['faults'] === undefined))
    if (problems.length === 0) return spec
  }
  throw new SpecError(problems, options.locate)
}

/**
 * Checks a spec that came from a queue or a folder as a file would be. Its network is whole: what a
 * scenario has by default isn't put back.
 *
 * @throws SpecError
 */
export function checkSpec(spec: RunSpec, options: ResolveOptions = {}): RunSpec {
  const { durationMs, ...document } = spec
  return resolve({ ...document, duration: durationMs }, options, () => ({}))
}

/** Without the `null`s by which a network goes without a setting: a field that is left out fits. */
export function withoutNulls(document: unknown): unknown {
  if (!isRecord(document) || !isRecord(document['network'])) return document
  const network = Object.entries(document['network']).filter(
    ([field, value]) => value !== null || field === 'latency' || !NETWORK_FIELDS.includes(field)
  )
  return { ...document, network: Object.fromEntries(network) }
}

function scenarioOf(
  document: unknown,
  options: ResolveOptions,
  problems: Problem[]
): Scenario | undefined {
  const name = isRecord(document) ? document['scenario'] : undefined
  if (typeof name !== 'string') return undefined
  const known = options.scenarios ?? scenarios
  const scenario = known.find(one => one.name === name)
  if (scenario === undefined) {
    const names = known.map(one => one.name)
    problems.push({ path: ['scenario'], what: notOneOf(shown(name), name, names) })
  }
  return scenario
}

function filledIn(
  document: RunDocument,
  scenario: Scenario,
  ownNetwork: Partial<NetworkSpec>
): RunSpec {
  const { defaults } = scenario
  const given = document.parameters ?? {}
  return {
    scenario: scenario.name,
    nodes: document.nodes ?? defaults.nodes,
    seed: document.seed ?? DEFAULT_SEED,
    durationMs: durationMsOf(document.duration) ?? defaults.durationMs,
    network: Object.fromEntries(
      Object.entries({ ...ownNetwork, ...document.network }).filter(([, value]) => value !== null)
    ) as unknown as NetworkSpec,
    faults: document.faults ?? defaults.faults,
    parameters: Object.fromEntries(
      Object.entries(scenario.parameters).map(([name, parameter]) => [
        name,
        Object.hasOwn(given, name) ? given[name]! : parameter.default
      ])
    )
  }
}

function networkProblems(network: Record<string, unknown>): Problem[] {
  const { latency, loss } = network
  return [
    ...(latency === undefined
      ? [{ path: ['network', 'latency'], what: 'is missing; give a block with model' }]
      : checkTagged('model', LATENCIES, latency, ['network', 'latency'])),
    ...(loss === undefined ? [] : checkTagged('model', LOSSES, loss, ['network', 'loss']))
  ]
}

/** What no field shows by itself: asked of those who will have to honour it. */
function modelProblems(spec: RunSpec, scenario: Scenario, ownFaults: boolean): Problem[] {
  const { nodes, durationMs, network, faults } = spec
  const { faults: kinds, behaviours } = scenario
  const faultsProblems = refusalsOf(() =>
    checkFaults(faults, { nodes, durationMs, kinds, behaviours, hasDistance: true })
  )
  return [
    ...refusalsOf(() => checkNetwork(network)),
    ...(ownFaults ? faultsProblems.map(inDefaults) : faultsProblems)
  ]
}

/** Nobody wrote these faults, so it is the rest that has to give way. */
function inDefaults({ path, what }: Problem): Problem {
  const field = fieldName(path)
  return {
    path: ['scenario'],
    what: `its own faults don't fit these nodes and this duration (${field} ${what}); give faults`
  }
}

/** A refusal's message begins with the field it is about. */
function refusalsOf(check: () => void): Problem[] {
  try {
    check()
    return []
  } catch (error) {
    if (!(error instanceof SimulationError)) throw error
    const [, field = '', what = error.message] = /^([\w.[\]]+): (.*)$/s.exec(error.message) ?? []
    const path = field.match(/\w+/g) ?? []
    return [{ path: path.map(key => (/^\d+$/.test(key) ? Number(key) : key)), what }]
  }
}
