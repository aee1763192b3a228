import type { EngineOptions } from '../engine/options.ts'
import { runShards } from '../engine/run-shards.ts'
import { SimulationError } from '../errors.ts'
import { checkFaults } from '../faults/check.ts'
import type { FaultEvent } from '../faults/event.ts'
import { expandFaults } from '../faults/expand.ts'
import { findScenario } from './catalogue.ts'
import type { RunOutcome } from './outcome.ts'
import { checkSpec } from './resolve.ts'
import type { RunSetup, Scenario } from './scenario.ts'
import type { RunSpec } from './spec.ts'

const MAX_VIOLATIONS = 100

export interface RunScenarioOptions extends EngineOptions {
  /** Instead of the one of that name in the catalogue; threads ask `catalogue` for it. */
  readonly scenario?: Scenario
  /** What befalls whom, sorted by time, instead of what the spec's faults expand to. */
  readonly schedule?: readonly FaultEvent[]
}

/**
 * Runs a spec to the end. Equal specs have equal summaries, violations and tables, whatever the
 * workers.
 *
 * @param spec - checked again, wherever it comes from
 * @throws SpecError; SimulationError `bad-setting` where the scenario can't honour the spec
 * @throws EngineError
 * @throws the reason of `options.signal`, once it aborts
 */
export async function runScenario(
  spec: RunSpec,
  options: RunScenarioOptions = {}
): Promise<RunOutcome> {
  const scenario = options.scenario ?? findScenario(spec.scenario)
  if (scenario === undefined) {
    throw new SimulationError('bad-setting', `scenario: there is no ${spec.scenario}`)
  }
  const expanded = setUp(checkSpec(spec, { scenarios: [scenario] }), scenario)
  const setup = { ...expanded, faults: options.schedule ?? expanded.faults }
  const { results, auditHash, events, bytes, workers, wallMs } = await runShards(
    setup,
    scenario,
    options
  )
  const { sometimes, measures, violations, tables } = scenario.merge(setup, results)
  const { nodes, seed, durationMs } = spec
  return {
    summary: {
      scenario: scenario.name,
      nodes,
      seed,
      auditHash,
      events,
      bytesPerNode: Math.round(bytes / nodes),
      violations: violations.length,
      sometimes,
      measures
    },
    timing: {
      workers,
      wallMs,
      eventsPerSecond: wallMs > 0 ? (events / wallMs) * 1_000 : 0,
      realTimeFactor: wallMs > 0 ? durationMs / wallMs : 0
    },
    violations: violations.slice(0, MAX_VIOLATIONS),
    tables
  }
}

/** Topology and schedule: all that follows from the spec before the first event. */
export function setUp(spec: RunSpec, scenario: Scenario): RunSetup {
  const { nodes, durationMs, seed } = spec
  const topology = scenario.topology(spec)
  checkFaults(spec.faults, {
    nodes,
    durationMs,
    kinds: scenario.faults,
    behaviours: scenario.behaviours,
    hasDistance: topology.distance !== undefined
  })
  return {
    spec,
    topology,
    faults: expandFaults(spec.faults, { seed, nodes, durationMs, topology })
  }
}
