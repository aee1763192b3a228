import { broadcast } from '../../src/gossip/index.ts'
import type { NetworkSpec } from '../../src/network/spec.ts'
import type { RunOutcome } from '../../src/scenario/outcome.ts'
import { runScenario } from '../../src/scenario/run.ts'
import type { Parameter, RunSpec } from '../../src/scenario/spec.ts'

/** What the trials assumed: links of a lognormal delay, nothing else. */
export const LINKS: NetworkSpec = {
  latency: { model: 'lognormal', medianMs: 60, sigmaPermille: 600 }
}
/** The trials' uplinks of 20 Mbit/s; they had no downlinks. */
export const UPLINKS: NetworkSpec = {
  ...LINKS,
  bandwidth: [{ sharePermille: 1_000, upKbps: 20_000, downKbps: 1_000_000 }]
}

/** Eight messages at 512 nodes unless told. */
export function specOf(
  parameters: Readonly<Record<string, Parameter>>,
  rest: Partial<RunSpec> = {}
): RunSpec {
  const defaults = Object.entries(broadcast.parameters).map(([name, { default: value }]) => [
    name,
    value
  ])
  return {
    scenario: 'broadcast',
    nodes: 512,
    seed: 1,
    durationMs: 10_000,
    network: UPLINKS,
    faults: [],
    ...rest,
    parameters: { ...Object.fromEntries(defaults), ...parameters }
  }
}

export const run = (
  parameters: Readonly<Record<string, Parameter>>,
  rest: Partial<RunSpec> = {}
): Promise<RunOutcome> => runScenario(specOf(parameters, rest), { scenario: broadcast })
