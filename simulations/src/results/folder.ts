import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import {
  isTemporary,
  removeLeftovers,
  temporaryBeside,
  writeAtomically
} from '../sweep/atomic-file.ts'
import { canonicalJson } from '../sweep/content-hash.ts'
import type { RunResult, RunSink, SweepRun } from '../sweep/run-sink.ts'
import { ResultsError } from './errors.ts'
import { hashOf, isAbsent, parseJson, readBounded, resolveBelow } from './files.ts'
import { prettyJson } from './json.ts'
import {
  MAX_DEPTH,
  MAX_MANIFEST_BYTES,
  MAX_RUNS,
  MAX_SUMMARY_BYTES,
  MAX_TABLE_BYTES,
  MAX_TABLES
} from './limits.ts'
import { checkManifest, type ManifestFile, manifestFile, type ResultsManifest } from './manifest.ts'
import { readNumbers, writeTable } from './parquet.ts'
import { isRunPath, runPath } from './run-path.ts'
import { checkRecord, NAME, type RunRecord, type TableFacts } from './run-record.ts'

const MANIFEST = 'manifest.json'
const SUMMARY = 'summary.json'
const TABLE_NAME = new RegExp(NAME)

/** A results folder: keeps runs for a sweep, and reads them for reports, merges and reproduction. */
export interface Results extends RunSink {
  /** Absolute. */
  readonly folder: string
  readonly manifest: ManifestFile
  /** Paths of the runs that are done, in the order of nodes, axes, seeds. */
  runPaths(): Promise<string[]>
  /** Throws `damaged-results` for a run that isn't there or isn't sound. */
  readRun(path: string): Promise<RunRecord>
  /** One numeric column of a table of a run. */
  readColumn(path: string, record: RunRecord, table: string, column: string): Promise<Float64Array>
}

/**
 * Makes `root/<manifest hash>/`, or opens it where it is: a sweep that was cut short goes on.
 *
 * @throws ResultsError `damaged-results` for a folder of that name with another content.
 */
export async function createResults(root: string, manifest: ResultsManifest): Promise<Results> {
  const file = manifestFile(inOrder(manifest))
  checkManifest(file, MANIFEST)
  const folder = resolve(root, file.hash)
  await mkdir(folder, { recursive: true })
  const known = await readManifest(folder)
  if (known === undefined) await writeAtomically(join(folder, MANIFEST), prettyJson(file))
  else if (known.hash !== file.hash) {
    throw new ResultsError('other-sweep', `${folder} holds the sweep ${known.hash}; move it away`)
  }
  return resultsIn(folder, known ?? file)
}

/**
 * Opens a results folder, trusting nothing in it.
 *
 * @throws ResultsError `not-results`, `damaged-results` or `too-large`.
 */
export async function openResults(path: string): Promise<Results> {
  const folder = resolve(path)
  const manifest = await readManifest(folder)
  if (manifest === undefined) {
    throw new ResultsError(
      'not-results',
      `${path} has no ${MANIFEST}; name a folder results/<hash>`
    )
  }
  return resultsIn(folder, manifest)
}

async function readManifest(folder: string): Promise<ManifestFile | undefined> {
  let text: Buffer | undefined
  try {
    text = await readBounded(folder, MANIFEST, MAX_MANIFEST_BYTES)
  } catch (error) {
    if (!isAbsent(error)) throw error
  }
  if (text === undefined) return undefined
  return checkManifest(parseJson(text.toString(), MANIFEST), join(folder, MANIFEST))
}

function resultsIn(folder: string, manifest: ManifestFile): Results {
  const { axes } = manifest.sweep
  const readRun = (path: string): Promise<RunRecord> => readRecord(folder, path, axes)
  return {
    folder,
    manifest,
    runPaths: () => listRuns(folder),
    readRun,
    async has(run) {
      return (await heldId(folder, runPath(run.spec, axes))) === run.id
    },
    write: (run, result) => writeRun(folder, runPath(run.spec, axes), run, result),
    async readColumn(path, record, table, column) {
      const facts = record.tables[table]
      const file = await resolveBelow(folder, `${path}/${table}.parquet`)
      if (facts === undefined || file === undefined) {
        throw new ResultsError('damaged-results', `${path} has no ${table}.parquet; run it again`)
      }
      if ((await hashOf(file, MAX_TABLE_BYTES)) !== facts.sha256) {
        throw new ResultsError(
          'damaged-results',
          `${path}/${table}.parquet was changed; run it again`
        )
      }
      return readNumbers(file, column, facts.rows)
    }
  }
}

async function readRecord(
  folder: string,
  path: string,
  axes: ManifestFile['sweep']['axes']
): Promise<RunRecord> {
  const file = `${path}/${SUMMARY}`
  if (!isRunPath(path)) throw new ResultsError('damaged-results', `${path} is not a run's folder`)
  const text = await readBounded(folder, file, MAX_SUMMARY_BYTES)
  if (text === undefined) {
    throw new ResultsError(
      'damaged-results',
      `${file} is missing; run the sweep again to fill it in`
    )
  }
  const record = checkRecord(parseJson(text.toString(), file), file)
  if (runPath(record.spec, axes) !== path || record.summary.seed !== record.spec.seed) {
    throw new ResultsError('damaged-results', `${file} tells of another run; restore the folder`)
  }
  return record
}

/** Id of the run that a folder holds whole; `undefined` for none, or one that is not sound. */
async function heldId(folder: string, path: string): Promise<string | undefined> {
  try {
    const text = await readBounded(folder, `${path}/${SUMMARY}`, MAX_SUMMARY_BYTES)
    return text && checkRecord(parseJson(text.toString(), path), path).id
  } catch (error) {
    if (error instanceof ResultsError) return undefined
    throw error
  }
}

/** Writes a run beside its place, then moves it there: it is whole or absent. */
async function writeRun(
  folder: string,
  path: string,
  run: SweepRun,
  result: RunResult
): Promise<void> {
  const place = join(folder, path)
  const temporary = temporaryBeside(place)
  await mkdir(temporary, { recursive: true })
  try {
    const record = { id: run.id, spec: inOrder(run.spec), ...keptOf(temporary, result) }
    const text = prettyJson(record)
    checkRecord(JSON.parse(text), `${path}/${SUMMARY}`)
    await writeAtomically(join(temporary, SUMMARY), text)
    await moveIn(folder, path, temporary, record)
  } catch (error) {
    // Another writer of the same run was first, and cleared what it took for leftovers.
    if (error instanceof ResultsError || (await heldId(folder, path)) !== run.id) throw error
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
  await removeLeftovers(dirname(place), basename(place))
}

/** Fields in one order, whatever file, queue or shard they came through: equal runs are equal bytes. */
function inOrder<T>(value: T): T {
  return JSON.parse(canonicalJson(value)) as T
}

function keptOf(
  folder: string,
  { summary, violations, tables }: RunResult
): Pick<RunRecord, 'summary' | 'violations' | 'tables'> {
  const names = Object.keys(tables).filter(name => Object.keys(tables[name]!).length > 0)
  if (names.length > MAX_TABLES || names.some(name => !TABLE_NAME.test(name))) {
    throw new ResultsError('too-large', `at most ${MAX_TABLES} tables with names like ${NAME}`)
  }
  const facts: Record<string, TableFacts> = {}
  for (const name of names) {
    facts[name] = writeTable(join(folder, `${name}.parquet`), tables[name]!)
  }
  return { summary, violations, tables: facts }
}

async function moveIn(
  folder: string,
  path: string,
  temporary: string,
  record: RunRecord
): Promise<void> {
  const place = join(folder, path)
  const held = await heldId(folder, path)
  if (held === undefined) {
    await rm(place, { recursive: true, force: true })
    return rename(temporary, place)
  }
  const there = await readBounded(folder, `${path}/${SUMMARY}`, MAX_SUMMARY_BYTES)
  if (
    there !== undefined &&
    canonicalJson(JSON.parse(there.toString())) === canonicalJson(record)
  ) {
    return
  }
  throw new ResultsError(
    'conflicting-run',
    `${path} holds another outcome of this run: the code is not deterministic, or two axes meet there`
  )
}

async function listRuns(folder: string): Promise<string[]> {
  const found: string[] = []
  const visit = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, path), { withFileTypes: true }).catch(error => {
      if (isAbsent(error)) return []
      throw error
    })
    for (const entry of entries) {
      if (isTemporary(entry.name) || !entry.isDirectory()) continue
      const inner = `${path}/${entry.name}`
      if (isRunPath(inner)) found.push(inner)
      else if (depth < MAX_DEPTH) await visit(inner, depth + 1)
      if (found.length > MAX_RUNS) throw new ResultsError('too-large', `more than ${MAX_RUNS} runs`)
    }
  }
  await visit('runs', 0)
  return found.sort(comparePaths)
}

const order = new Intl.Collator('en', { numeric: true })

/** Numbers by value: `seed=9` before `seed=10`. */
function comparePaths(a: string, b: string): number {
  return order.compare(a, b) || (a < b ? -1 : 1)
}
