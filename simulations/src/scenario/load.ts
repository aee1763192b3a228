import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isNode, LineCounter, type Node, parseDocument } from 'yaml'
import { SimulationError } from '../errors.ts'
import { isRecord } from './check.ts'
import type { FieldPath, Locate } from './document.ts'
import { Limits } from './limits.ts'
import { SpecError } from './spec-error.ts'

/** A scenario file as it stands, not checked yet: `resolveSpec` and `sweepOf` do that. */
export interface ScenarioFile {
  readonly path: string
  readonly document: unknown
  readonly locate: Locate
}

const MODULES = ['.ts', '.mts', '.js', '.mjs']
const TEXTS = ['.yaml', '.yml', '.json']

/** Whether a word on a command line means a file, not a scenario by name. */
export function isScenarioFile(word: string): boolean {
  return /[\\/]/.test(word) || [...MODULES, ...TEXTS].includes(extname(word))
}

/**
 * Reads YAML of at most 1 MiB, or loads a module that exports `scenario`. A module is a program: it
 * runs with the rights of the caller.
 *
 * @throws SimulationError `bad-setting` with file, line and column where they are known
 */
export async function loadScenarioFile(path: string): Promise<ScenarioFile> {
  const kind = extname(path)
  if (MODULES.includes(kind)) return await loadModule(path)
  if (TEXTS.includes(kind)) return parseScenario(await readText(path), path)
  const kinds = [...TEXTS, ...MODULES].join(', ')
  throw new SimulationError('bad-setting', `${path}: is no scenario file; give one of ${kinds}`)
}

/** Parses YAML, of which JSON is a part. */
export function parseScenario(text: string, path: string): ScenarioFile {
  const lines = new LineCounter()
  const placeOf = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${path}:${line}:${col}`
  }
  const refuse = (what: string, offset = 0): never => {
    throw new SpecError([{ path: [], what }], () => placeOf(offset))
  }
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const [error] = [...document.errors, ...document.warnings]
    if (error !== undefined) return refuse(oneLine(error.message), error.pos[0])
    const locate = (field: FieldPath): string => placeOf(offsetOf(document.contents, field))
    return { path, document: document.toJS(), locate }
  } catch (error) {
    if (error instanceof SpecError) throw error
    // Too deep, or aliases without end.
    return refuse(`can't be read: ${oneLine((error as Error).message)}`)
  }
}

/** Where a field's name begins, or the nearest thing around it that exists. */
function offsetOf(contents: Node | null, field: FieldPath): number {
  let offset = contents?.range?.[0] ?? 0
  let at: unknown = contents
  for (const key of field) {
    const items: readonly unknown[] = isRecord(at) && Array.isArray(at['items']) ? at['items'] : []
    const pair = items.find(item => isRecord(item) && keyOf(item['key']) === String(key))
    if (isRecord(pair)) {
      offset = isNode(pair['key']) ? (pair['key'].range?.[0] ?? offset) : offset
      at = pair['value']
    } else if (typeof key === 'number' && isNode(items[key])) {
      at = items[key]
      offset = items[key].range?.[0] ?? offset
    } else return offset
  }
  return offset
}

function keyOf(key: unknown): string {
  return isRecord(key) ? String(key['value']) : String(key)
}

async function readText(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > Limits.maxFileBytes) {
      throw new SimulationError('bad-setting', `${path}: is larger than 1 MiB; split it`)
    }
    return await file.readFile('utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof SimulationError || code === undefined) throw error
    throw new SimulationError('bad-setting', `${path}: can't be read (${code}); check the path`)
  }
}

async function loadModule(path: string): Promise<ScenarioFile> {
  let scenario: unknown
  try {
    const module: Record<string, unknown> = await import(pathToFileURL(path).href)
    // A document is data: nothing of the module stays in it.
    scenario = structuredClone(module['scenario'])
  } catch (error) {
    const what = `can't be loaded: ${oneLine((error as Error).message)}`
    throw new SimulationError('bad-setting', `${path}: ${what}`)
  }
  if (scenario === undefined) {
    const what = 'exports no scenario; add `export const scenario: ScenarioDocument = { … }`'
    throw new SimulationError('bad-setting', `${path}: ${what}`)
  }
  return { path, document: scenario, locate: () => path }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
