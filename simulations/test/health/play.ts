import { runShards, type ShardsOutcome } from '../../src/engine/run-shards.ts'
import { expandFaults } from '../../src/faults/expand.ts'
import { createHealthShard } from '../../src/health/index.ts'
import type { StepDetector } from '../../src/health/model.ts'
import type { Merged, RunSetup, Scenario } from '../../src/scenario/scenario.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'

export interface Change extends Partial<Omit<RunSpec, 'parameters' | 'network'>> {
  readonly parameters?: RunSpec['parameters']
  readonly network?: Partial<RunSpec['network']>
  readonly workers?: number
  /** A mutant in the machine's place. */
  readonly step?: StepDetector
}

export interface Played extends Merged {
  readonly outcome: ShardsOutcome
}

/** Runs a scenario with its defaults but for a change. */
export async function play(scenario: Scenario, change: Change = {}): Promise<Played> {
  const { parameters, network, workers = 1, step, ...rest } = change
  const { defaults } = scenario
  const spec: RunSpec = {
    ...defaults,
    scenario: scenario.name,
    seed: 1,
    ...rest,
    network: { ...defaults.network, ...network },
    parameters: {
      ...Object.fromEntries(
        Object.entries(scenario.parameters).map(([name, parameter]) => [name, parameter.default])
      ),
      ...parameters
    }
  }
  const topology = scenario.topology(spec)
  const { seed, nodes, durationMs } = spec
  const faults = expandFaults(spec.faults, { seed, nodes, durationMs, topology })
  const setup: RunSetup = { spec, topology, faults }
  const played: Scenario =
    step === undefined
      ? scenario
      : { ...scenario, createShard: (of, port) => createHealthShard(of, port, { step }) }
  const outcome = await runShards(setup, played, {
    workers,
    catalogue: new URL('./catalogue.ts', import.meta.url)
  })
  return { ...played.merge(setup, outcome.results), outcome }
}
