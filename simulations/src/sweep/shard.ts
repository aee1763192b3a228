import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResultsManifest } from '../results/manifest.ts'
import { writeAtomically } from './atomic-file.ts'
import { canonicalJson } from './content-hash.ts'
import { embeddedExecutor } from './embedded-executor.ts'
import { SweepError } from './errors.ts'
import type { Executor } from './executor.ts'
import { openJournal } from './journal.ts'
import type { SweepManifest, SweepPlan } from './plan.ts'
import { runSweep, type SweepOptions, type SweepReport } from './run-sweep.ts'

export const MAX_SHARDS = 100_000

/** One of `of` equal parts of a sweep, from 0: as `JOB_COMPLETION_INDEX` and Slurm arrays count. */
export interface Shard {
  readonly index: number
  readonly of: number
}

/**
 * `3/8` as a shard: the fourth of eight.
 *
 * @throws SweepError `bad-shard`
 */
export function parseShard(text: string): Shard {
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const shard = { index: Number(index), of: Number(of) }
  if (index === undefined || shard.of < 1 || shard.of > MAX_SHARDS || shard.index >= shard.of) {
    const what = `no shard ${text.slice(0, 20)}`
    throw new SweepError('bad-shard', `${what}; give i/n with i from 0 to n − 1, such as 0/8`)
  }
  return shard
}

/** What a shard's folder says about itself. */
export interface ShardFile {
  readonly shard: Shard
  readonly manifest: SweepManifest
  /** For the results folder that the shards become. */
  readonly results: ResultsManifest
}

export const SHARD_FILE = 'shard.json'

export interface ShardOptions extends Omit<SweepOptions, 'executor' | 'sink'> {
  /** Threads of this process if left out. */
  readonly executor?: Executor
  /** What the results folder will say about itself: the same in all shards. */
  readonly results: ResultsManifest
}

/** The jobs of a shard: every `of`-th, so that small and large points are spread evenly. */
export function shardOf(plan: SweepPlan, { index, of }: Shard): SweepPlan {
  const jobs = plan.jobs.filter((_, i) => i % of === index)
  return { ...plan, jobs, runs: jobs.reduce((sum, { seeds }) => sum + seeds.length, 0) }
}

/**
 * Runs one shard into a folder of its own, for {@link mergeShards}. Needs nobody else. Again into
 * the same folder, it goes on.
 *
 * @throws SweepError `other-manifest` if the folder holds another sweep or shard
 */
export async function runShardOfSweep(
  plan: SweepPlan,
  shard: Shard,
  folder: string,
  { results, executor = embeddedExecutor(), ...options }: ShardOptions
): Promise<SweepReport> {
  const text = canonicalJson({ shard, manifest: plan.manifest, results } satisfies ShardFile)
  const path = join(folder, SHARD_FILE)
  await mkdir(folder, { recursive: true })
  const there = await readFile(path, 'utf8').catch(() => undefined)
  if (there === undefined) await writeAtomically(path, text)
  else if (there !== text) {
    throw new SweepError(
      'other-manifest',
      `${folder} holds another sweep, shard or version of the code; give an empty folder`
    )
  }
  return runSweep(shardOf(plan, shard), { ...options, executor, sink: openJournal(folder) })
}
