import type { Parameter, RunSpec } from '../../../src/scenario/spec.ts'
import { planSweep, type SweepPlan } from '../../../src/sweep/plan.ts'

export const RUN_MODULE: URL = new URL('./run-stand-in.ts', import.meta.url)
export const CODE: string = 'c0de'.repeat(16)

/** Sized so that a job has `seedsPerJob` seeds. */
export function specOf(
  seed: number,
  parameters: Readonly<Record<string, Parameter>> = {},
  seedsPerJob = 2
): RunSpec {
  return {
    scenario: 'flood',
    nodes: 512,
    seed,
    durationMs: Math.floor(2_000_000_000 / 512 / seedsPerJob),
    network: { latency: { model: 'constant', oneWayMs: 20 } },
    faults: [],
    parameters
  }
}

/** Seeds 1 to `seeds`, two a job. */
export function planFor(
  seeds: number,
  parameters: Readonly<Record<string, Parameter>> = {},
  code: string = CODE
): SweepPlan {
  return planSweep(
    Array.from({ length: seeds }, (_, i) => specOf(i + 1, parameters)),
    code
  )
}
