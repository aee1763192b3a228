import type { EngineOptions } from '../../src/engine/options.ts'
import { runShards, type ShardsOutcome } from '../../src/engine/run-shards.ts'
import { expandFaults } from '../../src/faults/expand.ts'
import { createHealthShard } from '../../src/health/index.ts'
import type { StepDetector } from '../../src/health/init.ts'
import type { Merged, RunSetup, Scenario } from '../../src/scenario/scenario.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'

export interface Change extends Partial<Omit<RunSpec, 'parameters' | 'network'>> {
  readonly parameters?: RunSpec['parameters']
  readonly network?: Partial<RunSpec['network']>
  readonly workers?: number
  readonly engine?: EngineOptions
  /** A mutant in the machine's place. */
  readonly step?: StepDetector
  /** Whether every tick and beat is an event. */
  readonly eager?: boolean
}

export interface Played extends Merged {
  readonly outcome: ShardsOutcome
}

/** Runs a scenario with its defaults but for a change. */
export async function play(scenario: Scenario, change: Change = {}): Promise<Played> {
  const { parameters, network, workers = 1, engine, step, eager, ...rest } = change
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
    step === undefined && eager === undefined
      ? scenario
      : {
          ...scenario,
          createShard: (of, port) =>
            createHealthShard(of, port, {
              ...(step === undefined ? {} : { step }),
              ...(eager === undefined ? {} : { eager })
            })
        }
  const outcome = await runShards(setup, played, {
    ...engine,
    workers,
    catalogue: new URL('./catalogue.ts', import.meta.url)
  })
  return { ...played.merge(setup, outcome.results), outcome }
}
