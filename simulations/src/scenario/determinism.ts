import type { RunOutcome } from './outcome.ts'
import { type RunScenarioOptions, runScenario } from './run.ts'
import type { RunSpec } from './spec.ts'

export interface Determinism {
  /** Whether all runs had the same summary, violations and tables. */
  readonly deterministic: boolean
  readonly runs: readonly { readonly workers: number; readonly auditHash: string }[]
}

/**
 * Runs a spec twice with the workers asked for and once with another number of them.
 *
 * @returns the outcome of the first run, and whether the others were the same
 * @throws as `runScenario`
 */
export async function checkDeterminism(
  spec: RunSpec,
  options: RunScenarioOptions = {}
): Promise<Determinism & { readonly outcome: RunOutcome }> {
  const workers = options.workers ?? 1
  const outcome = await runScenario(spec, options)
  const runs = [runOf(outcome)]
  const expected = contentOf(outcome)
  let deterministic = true
  for (const other of [workers, workers === 1 ? 2 : 1]) {
    const again = await runScenario(spec, { ...options, workers: other })
    runs.push(runOf(again))
    deterministic &&= contentOf(again) === expected
  }
  return { outcome, deterministic, runs }
}

function runOf({ summary, timing }: RunOutcome): Determinism['runs'][number] {
  return { workers: timing.workers, auditHash: summary.auditHash }
}

/** All of an outcome but its timing and its memory, as text. */
function contentOf({ summary, violations, tables }: RunOutcome): string {
  return JSON.stringify({ ...summary, bytesPerNode: 0, violations: [violations, tables] })
}
