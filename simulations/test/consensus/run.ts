import type { RunOutcome } from '../../src/scenario/outcome.ts'
import { resolveSpec } from '../../src/scenario/resolve.ts'
import { type RunScenarioOptions, runScenario } from '../../src/scenario/run.ts'

/** Runs a scenario as a file with these fields would. */
export async function run(
  scenario: string,
  fields: Readonly<Record<string, unknown>> = {},
  options: RunScenarioOptions = {}
): Promise<RunOutcome> {
  return runScenario(resolveSpec({ scenario, ...fields }), options)
}
