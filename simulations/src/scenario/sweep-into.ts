import { appendHost, createResults, type Results } from '../results/index.ts'
import {
  type Executor,
  planSweep,
  runShardOfSweep,
  runSweep,
  runsOf,
  type Shard,
  type SweepOptions,
  type SweepReport
} from '../sweep/index.ts'
import type { ScenarioDocument } from './document.ts'
import type { RunOutcome } from './outcome.ts'
import { provenance } from './provenance.ts'
import { sweepOf, sweepRuns } from './sweep-of.ts'
import type { SweepSpec } from './sweep-spec.ts'

/**
 * Keeps a run that was made here in `path/<manifest hash>/`: the folder that a sweep of this one run
 * makes, byte for byte.
 *
 * @param document - what the run was resolved from; its `sweep` is left out
 * @throws ResultsError `conflicting-run` where another outcome of this run is there
 */
export async function keepRun(
  document: unknown,
  { timing, ...result }: RunOutcome,
  path: string
): Promise<Results> {
  const { sweep: _, ...run } = document as ScenarioDocument
  const sweep = sweepOf(run)
  const [kept] = planSweep(sweepRuns(sweep)).jobs.flatMap(runsOf)
  const results = await createResults(path, { sweep, ...provenance() })
  await results.write(kept!, result)
  const wallMs = Math.round(timing.wallMs)
  const startedAt = new Date(Date.now() - wallMs).toISOString()
  await appendHost(results.folder, { startedAt, wallMs, runs: 1 })
  return results
}

export interface SweepIntoInit extends Pick<SweepOptions, 'signal' | 'onProgress'> {
  readonly executor: Executor
  /** Root of results folders, or a shard's own folder. */
  readonly path: string
  /** Only this part of the sweep, for `mergeShards`. */
  readonly shard?: Shard
}

/**
 * Runs what of a sweep isn't there yet into `path/<manifest hash>/`, or a shard of it into `path`.
 *
 * @returns what became of it, and the results folder; none for a shard
 * @throws SweepError, ResultsError
 */
export async function sweepInto(
  sweep: SweepSpec,
  { path, shard, ...options }: SweepIntoInit
): Promise<{ readonly report: SweepReport; readonly results: Results | undefined }> {
  const plan = planSweep(sweepRuns(sweep))
  const manifest = { sweep, ...provenance() }
  if (shard !== undefined) {
    const report = await runShardOfSweep(plan, shard, path, { ...options, results: manifest })
    return { report, results: undefined }
  }
  const results = await createResults(path, manifest)
  const startedAt = new Date().toISOString()
  const startMs = performance.now()
  const report = await runSweep(plan, { ...options, sink: results })
  const wallMs = Math.round(performance.now() - startMs)
  await appendHost(results.folder, { startedAt, wallMs, runs: report.done - report.found })
  return { report, results }
}
