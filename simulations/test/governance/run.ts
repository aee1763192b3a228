import { captureCost } from '../../src/governance/capture-cost.ts'
import { governanceAttacks } from '../../src/governance/governance-attacks.ts'
import type { RunOutcome } from '../../src/scenario/outcome.ts'
import { resolveSpec } from '../../src/scenario/resolve.ts'
import { runScenario } from '../../src/scenario/run.ts'
import type { Scenario } from '../../src/scenario/scenario.ts'

const scenarios: readonly Scenario[] = [governanceAttacks, captureCost]

/** For worker threads of tests. */
export function findScenario(name: string): Scenario | undefined {
  return scenarios.find(scenario => scenario.name === name)
}

/** Runs a document of one of these scenarios. */
export async function run(
  name: string,
  document: Readonly<Record<string, unknown>> = {},
  workers = 1
): Promise<RunOutcome> {
  const scenario = findScenario(name)!
  const spec = resolveSpec({ scenario: name, ...document }, { scenarios })
  const catalogue = new URL('./run.ts', import.meta.url)
  return await runScenario(spec, { scenario, workers, catalogue })
}
