import { createHealthShard } from '../../src/health/index.ts'
import { scenarios } from '../../src/scenario/catalogue.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'
import { attempt } from '../../src/swarm/attempt.ts'
import type { Lane } from '../../src/swarm/lanes.ts'
import { mutants } from '../health/mutants.ts'

export function scenarioOf(name: string): Scenario {
  return scenarios.find(scenario => scenario.name === name)!
}

/** A health scenario on a broken machine. */
export function broken(name: string, mutant: string): Scenario {
  const { step } = mutants.find(one => one.name === mutant)!
  return {
    ...scenarioOf(name),
    createShard: (setup, port) => createHealthShard(setup, port, { step })
  }
}

/** Runs a scenario that threads don't know. */
export function laneOf(scenario: Scenario): () => Lane {
  return () => ({
    run: (spec, options) => attempt(spec, { ...options, scenario }),
    close: async () => {}
  })
}
