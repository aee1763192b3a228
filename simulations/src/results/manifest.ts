import { Type } from 'typebox'
import type { SweepSpec } from '../scenario/sweep-spec.ts'
import { canonicalJson } from '../sweep/content-hash.ts'
import { checked } from './check.ts'
import { ResultsError } from './errors.ts'
import { isPlainObject, sha256 } from './json.ts'
import { MAX_AXES, MAX_RUNS } from './limits.ts'
import { isRunPath } from './run-path.ts'

export const FORMAT = 'torusmesh-results/1'
const HASH_CHARS = 16

/** What decides the results of a sweep, and nothing else: no host, no time of day. */
export interface ResultsManifest {
  readonly sweep: SweepSpec
  readonly code: {
    readonly version: string
    /** SHA-256 in hex over the modules and data that decide a run. */
    readonly hash: string
    /** Of the repository, `-dirty` appended where files differ from it; `null` when unknown. */
    readonly commit: string | null
    /** Day of the commit or release, `2026-11-21`: equal runs on other days stay equal. */
    readonly date?: string
  }
  /** Version by package. */
  readonly packages: Readonly<Record<string, string>>
  /** Version of Node.js. */
  readonly node: string
  /** SHA-256 in hex by name of a data file, such as the latency tables. */
  readonly data: Readonly<Record<string, string>>
}

/** A run that is done. */
export interface ManifestRun {
  /** Below the folder: `runs/nodes=512/seed=7`. */
  readonly path: string
  readonly auditHash: string
}

/** `manifest.json`. */
export interface ManifestFile extends ResultsManifest {
  readonly format: typeof FORMAT
  /** {@link manifestHash}; also the folder's name. */
  readonly hash: string
  /** Empty until the sweep is done. */
  readonly runs: readonly ManifestRun[]
}

const Text = Type.String({ maxLength: 1_000 })
const Texts = Type.Record(Type.String({ maxLength: 200 }), Text, { maxProperties: 1_000 })
const ManifestSchema = Type.Object(
  {
    format: Type.Literal(FORMAT),
    hash: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    sweep: Type.Object({
      base: Type.Unsafe<SweepSpec['base']>(Type.Object({ scenario: Text })),
      axes: Type.Unsafe<SweepSpec['axes']>(
        Type.Array(
          Type.Object({
            field: Type.String({ minLength: 1, maxLength: 200 }),
            values: Type.Array(Type.Unknown(), { minItems: 1, maxItems: 10_000 })
          }),
          { maxItems: MAX_AXES }
        )
      ),
      seeds: Type.Array(Type.Integer({ minimum: 0, maximum: 0xffff_ffff }), {
        minItems: 1,
        maxItems: MAX_RUNS
      })
    }),
    code: Type.Object({
      version: Text,
      hash: Text,
      commit: Type.Union([Text, Type.Null()]),
      date: Type.Optional(Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }))
    }),
    packages: Texts,
    node: Text,
    data: Texts,
    runs: Type.Array(
      Type.Object({
        path: Type.String({ maxLength: 4_096 }),
        auditHash: Type.String({ pattern: '^[0-9a-f]{1,128}$' })
      }),
      { maxItems: MAX_RUNS }
    )
  },
  { additionalProperties: false }
)

/** 16 hexadecimal digits of the SHA-256 of everything that decides the results. */
export function manifestHash(manifest: ResultsManifest): string {
  const { sweep, code, packages, node, data } = manifest
  return sha256(canonicalJson({ sweep, code, packages, node, data })).slice(0, HASH_CHARS)
}

export function manifestFile(
  manifest: ResultsManifest,
  runs: readonly ManifestRun[] = []
): ManifestFile {
  const { sweep, code, packages, node, data } = manifest
  const hash = manifestHash(manifest)
  return { format: FORMAT, hash, sweep, code, packages, node, data, runs }
}

/** What stands in a `manifest.json`, checked; its hash must be that of its content. */
export function checkManifest(value: unknown, path: string): ManifestFile {
  if (!isPlainObject(value) || value['format'] !== FORMAT) {
    throw new ResultsError('not-results', `${path} is not a manifest of the format ${FORMAT}`)
  }
  const manifest = checked(ManifestSchema, value, path) as ManifestFile
  if (manifest.hash !== manifestHash(manifest)) {
    throw new ResultsError('damaged-results', `${path} was changed: its hash is not its content's`)
  }
  for (const run of manifest.runs) {
    if (isRunPath(run.path)) continue
    throw new ResultsError('damaged-results', `${path} names ${JSON.stringify(run.path)} as a run`)
  }
  sweepSize(manifest.sweep)
  return manifest
}

/** Runs of a sweep: every combination of its axes' values, each with every seed. */
export function sweepSize(sweep: SweepSpec): number {
  const runs = sweep.axes.reduce((points, axis) => points * axis.values.length, sweep.seeds.length)
  if (runs > MAX_RUNS) {
    throw new ResultsError('too-large', `the sweep has ${runs} runs, more than ${MAX_RUNS}`)
  }
  return runs
}
