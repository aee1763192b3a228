import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { createResults, type Results } from '../results/folder.ts'
import { isPlainObject } from '../results/json.ts'
import { canonicalJson } from './content-hash.ts'
import { SweepError } from './errors.ts'
import { runsOf } from './job.ts'
import { openJournal } from './journal.ts'
import { checkManifest, planOf, type SweepPlan } from './plan.ts'
import type { RunSink } from './run-sink.ts'
import { MAX_SHARDS, SHARD_FILE, type ShardFile, shardOf } from './shard.ts'

/** Shards that together are a whole sweep: each run is in just one of the folders. */
export interface Shards {
  readonly plan: SweepPlan
  readonly results: ShardFile['results']
  /** By index of the shard. */
  readonly folders: readonly string[]
}

export interface MergeProgress {
  readonly done: number
  readonly of: number
}

const MAX_SHARD_FILE_BYTES: number = 64 * 1024 * 1024
const MAX_SHOWN = 10

/**
 * Makes one results folder of the folders of all shards. Nothing is written unless all is there.
 * The result is what one machine would have written, byte for byte.
 *
 * @param into - the root of results folders
 * @throws SweepError `bad-manifest`, `other-manifest`, `duplicate-run`, `missing-runs`,
 *   `damaged-result`; ResultsError
 */
export async function mergeShards(
  folders: readonly string[],
  into: string,
  onProgress?: (progress: MergeProgress) => void
): Promise<Results> {
  const shards = await openShards(folders)
  const results = await createResults(into, shards.results)
  await copyShards(shards, results, onProgress)
  return results
}

/**
 * Reads what the folders say about themselves, and that every run is there.
 *
 * @throws SweepError `bad-manifest`, `other-manifest`, `duplicate-run`, `missing-runs`
 */
export async function openShards(folders: readonly string[]): Promise<Shards> {
  const byIndex = new Map<number, string>()
  let first: ShardFile | undefined
  for (const folder of folders) {
    const file = await shardFileIn(folder)
    first ??= file
    if (sweepIn(file) !== sweepIn(first)) {
      const what = `${folder} and ${folders[0]} are shards of different sweeps`
      throw new SweepError('other-manifest', `${what}; merge only folders of one`)
    }
    const { index, of } = file.shard
    const twin = byIndex.get(index)
    if (twin !== undefined) {
      const what = `${twin} and ${folder} are both shard ${index}/${of}`
      throw new SweepError('duplicate-run', `${what}; leave one out`)
    }
    byIndex.set(index, folder)
  }
  if (first === undefined) {
    throw new SweepError('missing-runs', 'no shards to merge; give their folders')
  }
  const { shard, manifest, results } = first
  const indices = Array.from({ length: shard.of }, (_, index) => index)
  needAll(
    indices.filter(index => !byIndex.has(index)),
    shard.of,
    'are not there'
  )
  const shards = { plan: planOf(manifest), results, folders: indices.map(i => byIndex.get(i)!) }
  needAll(await unfinished(shards), shard.of, 'are not finished')
  return shards
}

/** Writes every run into the sink, in the order of the plan. */
export async function copyShards(
  { plan, folders }: Shards,
  sink: RunSink,
  onProgress?: (progress: MergeProgress) => void
): Promise<void> {
  const journals = folders.map(openJournal)
  let done = 0
  for (const [i, job] of plan.jobs.entries()) {
    for (const run of runsOf(job)) {
      if (!(await sink.has(run))) {
        await sink.write(run, await journals[i % journals.length]!.read(run))
      }
      onProgress?.({ done: ++done, of: plan.runs })
    }
  }
}

/** All that must be the same in the shards of one sweep. */
function sweepIn({ manifest, results, shard }: ShardFile): string {
  return canonicalJson({ manifest, results, of: shard.of })
}

async function unfinished({ plan, folders }: Shards): Promise<number[]> {
  const missing: number[] = []
  for (const [index, folder] of folders.entries()) {
    const journal = openJournal(folder)
    const { jobs } = shardOf(plan, { index, of: folders.length })
    for (const run of jobs.flatMap(runsOf)) {
      if (await journal.has(run)) continue
      missing.push(index)
      break
    }
  }
  return missing
}

function needAll(missing: readonly number[], of: number, what: string): void {
  if (missing.length === 0) return
  const few = missing.slice(0, MAX_SHOWN).map(index => `${index}/${of}`)
  const more = missing.length > few.length ? ` and ${missing.length - few.length} more` : ''
  throw new SweepError('missing-runs', `shards ${few.join(', ')}${more} ${what}; run them (again)`)
}

async function shardFileIn(folder: string): Promise<ShardFile> {
  const path = join(folder, SHARD_FILE)
  const value = parsed(await textOf(path))
  const { shard, manifest, results } = isPlainObject(value) ? value : {}
  const { index, of } = isPlainObject(shard) ? shard : {}
  if (
    !(Number.isInteger(of) && Number(of) >= 1 && Number(of) <= MAX_SHARDS) ||
    !(Number.isInteger(index) && Number(index) >= 0 && Number(index) < Number(of)) ||
    !isPlainObject(results)
  ) {
    throw new SweepError('bad-manifest', `${path} is malformed; run the shard anew`)
  }
  checkManifest(manifest)
  return value as unknown as ShardFile
}

async function textOf(path: string): Promise<string> {
  const file = await open(path).catch(() => {
    throw new SweepError('bad-manifest', `there is no ${path}; give folders of shards`)
  })
  try {
    const { size } = await file.stat()
    if (size > MAX_SHARD_FILE_BYTES) {
      throw new SweepError('bad-manifest', `${path} is too large; run the shard anew`)
    }
    return await file.readFile('utf8')
  } finally {
    await file.close()
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
