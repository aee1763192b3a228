import type { RunOutcome } from '../scenario/outcome.ts'
import type { RunOptions, RunSpec } from '../scenario/spec.ts'
import { ResultsError } from './errors.ts'
import { openResults } from './folder.ts'
import { type ManifestFile, type ResultsManifest, sweepSize } from './manifest.ts'

export interface ReproduceOptions {
  /** Runs one spec; it checks the spec, which comes from the folder. */
  readonly runScenario: (spec: RunSpec, options: RunOptions) => Promise<RunOutcome>
  /** Threads a run. */
  readonly workers?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: ReproduceProgress) => void
  /** What runs now, to say why hashes differ. */
  readonly current?: Pick<ResultsManifest, 'code' | 'data' | 'node'>
}

export interface ReproduceProgress {
  readonly done: number
  readonly of: number
  readonly equal: number
  /** Of the run that is through. */
  readonly path: string
}

/** A run whose repetition said something else. */
export interface Difference {
  readonly path: string
  readonly expected: string
  readonly found: string
}

export interface Reproduction {
  readonly runs: number
  readonly equal: number
  readonly differences: readonly Difference[]
  /** Why they may differ: `code`, `node`, or names of data files that aren't those of the folder. */
  readonly changed: readonly string[]
  /** `100/100 audit hashes equal`, or what differs and why. */
  readonly verdict: string
}

const MAX_NAMED = 10

/**
 * Runs every run of a finished results folder again and compares the audit hashes.
 *
 * @throws ResultsError for a folder that isn't finished, isn't sound, or isn't one;
 *   and what `runScenario` throws, such as for a spec that the current code refuses.
 */
export async function reproduce(path: string, options: ReproduceOptions): Promise<Reproduction> {
  const { runScenario, workers, signal, onProgress, current } = options
  const results = await openResults(path)
  const { runs, sweep } = results.manifest
  const expected = sweepSize(sweep)
  if (runs.length !== expected) {
    throw new ResultsError(
      'incomplete-results',
      `${path} lists ${runs.length} of ${expected} runs; finish the sweep, or write its report again`
    )
  }
  const run: RunOptions = {
    ...(workers === undefined ? {} : { workers }),
    ...(signal === undefined ? {} : { signal })
  }
  const differences: Difference[] = []
  for (const [i, { path: place, auditHash }] of runs.entries()) {
    signal?.throwIfAborted()
    const record = await results.readRun(place)
    if (record.summary.auditHash !== auditHash) {
      throw new ResultsError('damaged-results', `${place} has another audit hash than the manifest`)
    }
    const { summary } = await runScenario(record.spec, run)
    if (summary.auditHash !== auditHash) {
      differences.push({ path: place, expected: auditHash, found: summary.auditHash })
    }
    const done = i + 1
    onProgress?.({ done, of: runs.length, equal: done - differences.length, path: place })
  }
  const changed = current === undefined ? [] : changesOf(results.manifest, current)
  const equal = runs.length - differences.length
  const verdict = verdictOf(runs.length, differences, changed)
  return { runs: runs.length, equal, differences, changed, verdict }
}

function changesOf(
  then: ManifestFile,
  now: Pick<ResultsManifest, 'code' | 'data' | 'node'>
): string[] {
  const files = [...new Set([...Object.keys(then.data), ...Object.keys(now.data)])]
  return [
    ...(then.code.hash === now.code.hash ? [] : ['code']),
    ...(then.node === now.node ? [] : ['node']),
    ...files.filter(name => then.data[name] !== now.data[name])
  ]
}

function verdictOf(
  runs: number,
  differences: readonly Difference[],
  changed: readonly string[]
): string {
  const counted = `${runs - differences.length}/${runs} audit hashes equal`
  if (differences.length === 0) return counted
  const named = differences.slice(0, MAX_NAMED).map(difference => difference.path)
  const more = differences.length > MAX_NAMED ? `, and ${differences.length - MAX_NAMED} more` : ''
  const why =
    changed.length > 0
      ? `not the same as then: ${changed.join(', ')}`
      : 'code and data are the same, so the runs are not deterministic'
  return `${counted}; ${why}; different: ${named.join(', ')}${more}`
}
