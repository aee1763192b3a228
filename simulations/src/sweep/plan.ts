import { isPlainObject } from '../results/json.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { codeVersion } from './code-version.ts'
import { canonicalJson, contentHash } from './content-hash.ts'
import { SweepError } from './errors.ts'
import {
  isSeed,
  MAX_JOB_SEEDS,
  MAX_SPEC_CHARS,
  type PointSpec,
  type SweepJob,
  sweepJob
} from './job.ts'

/** All that decides what a sweep runs; the same on every machine that takes part. */
export interface SweepManifest {
  readonly format: 1
  /** {@link codeVersion} */
  readonly code: string
  /** In order, each once. */
  readonly points: readonly { readonly spec: PointSpec; readonly seeds: readonly number[] }[]
}

/** A manifest cut into jobs. */
export interface SweepPlan {
  readonly manifest: SweepManifest
  /** {@link contentHash} of the manifest. */
  readonly hash: string
  readonly runs: number
  /** In the order of the manifest; depends on it alone, so that a job has one name for ever. */
  readonly jobs: readonly SweepJob[]
}

export const MAX_RUNS = 1_000_000

/**
 * Node-milliseconds of virtual time in a job. A core simulates about 10⁹ of them a second with the
 * health machine and some faults, so a job takes seconds: long beside the 0.2 ms a queue needs for
 * it, short enough to lose. A rule of sizes alone: measured times would give a job another name on
 * every machine.
 */
const JOB_NODE_MS = 2_000_000_000

/**
 * Plans a sweep: runs of equal specs but for the seed become one point, in order of appearance.
 *
 * @throws SweepError `empty-sweep`, `duplicate-run`, `too-many-runs`
 */
export function planSweep(runs: Iterable<RunSpec>, code: string = codeVersion()): SweepPlan {
  const points = new Map<string, { spec: PointSpec; seeds: Set<number> }>()
  let count = 0
  for (const { seed, ...spec } of runs) {
    if (++count > MAX_RUNS) {
      throw new SweepError('too-many-runs', `a sweep has at most ${MAX_RUNS} runs; split it`)
    }
    const key = canonicalJson(spec)
    let point = points.get(key)
    if (point === undefined) {
      point = { spec, seeds: new Set() }
      points.set(key, point)
    }
    if (point.seeds.has(seed)) {
      const what = `${spec.scenario} with ${spec.nodes} nodes and seed ${seed}`
      throw new SweepError('duplicate-run', `${what} is there twice; leave one out`)
    }
    point.seeds.add(seed)
  }
  if (count === 0) throw new SweepError('empty-sweep', 'the sweep has no runs; give it seeds')
  return planOf({
    format: 1,
    code,
    points: [...points.values()].map(({ spec, seeds }) => ({ spec, seeds: [...seeds] }))
  })
}

/**
 * A manifest as it came out of a file.
 *
 * @throws SweepError `bad-manifest`
 */
export function checkManifest(value: unknown): SweepManifest {
  const { format, code, points } = isPlainObject(value) ? value : {}
  if (format !== 1 || typeof code !== 'string' || !Array.isArray(points)) throw badManifest()
  let runs = 0
  for (const point of points) {
    const { spec, seeds } = isPlainObject(point) ? point : {}
    if (!isPointSpec(spec) || !Array.isArray(seeds) || !seeds.every(isSeed)) throw badManifest()
    runs += seeds.length
    if (new Set(seeds).size !== seeds.length || runs > MAX_RUNS) throw badManifest()
  }
  return value as SweepManifest
}

function isPointSpec(spec: unknown): spec is PointSpec {
  if (!isPlainObject(spec) || JSON.stringify(spec).length > MAX_SPEC_CHARS) return false
  const { scenario, nodes, durationMs } = spec
  return typeof scenario === 'string' && [nodes, durationMs].every(size => Number.isInteger(size))
}

function badManifest(): SweepError {
  return new SweepError('bad-manifest', 'the manifest is malformed; run the shard anew')
}

/** The jobs of a manifest. */
export function planOf(manifest: SweepManifest): SweepPlan {
  const jobs: SweepJob[] = []
  let runs = 0
  for (const { spec, seeds } of manifest.points) {
    const size = seedsPerJob(spec)
    for (let at = 0; at < seeds.length; at += size) {
      jobs.push(sweepJob(manifest.code, spec, seeds.slice(at, at + size)))
    }
    runs += seeds.length
  }
  return { manifest, hash: contentHash(manifest), runs, jobs }
}

function seedsPerJob({ nodes, durationMs }: PointSpec): number {
  const fit = Math.floor(JOB_NODE_MS / Math.max(1, nodes * durationMs))
  return Math.min(Math.max(1, fit), MAX_JOB_SEEDS)
}
