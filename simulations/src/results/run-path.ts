import type { RunSpec } from '../scenario/spec.ts'
import type { SweepAxis } from '../scenario/sweep-spec.ts'
import { canonicalJson } from '../sweep/content-hash.ts'
import { isPlainObject, sha256 } from './json.ts'
import { ledBy } from './labels.ts'

const MAX_PLAIN_CHARS = 80
const FORMS = /^runs\/nodes=\d+(\/[A-Za-z0-9._-]+=[A-Za-z0-9._%~-]+)*\/seed=\d+$/

/** Fields of a document that a spec calls otherwise. */
const SPEC_FIELDS: Readonly<Record<string, string>> = { duration: 'durationMs' }

/**
 * Folder of a run in hive layout, `runs/nodes=512/network.loss.permille=10/seed=7`: DuckDB, pandas
 * and Arrow make columns of it. Values are percent-encoded as those expect; blocks become words and a hash.
 */
export function runPath(spec: RunSpec, axes: readonly SweepAxis[]): string {
  const steps = [['nodes', String(spec.nodes)]]
  for (const { field } of axes) {
    if (field !== 'nodes') steps.push([safeKey(field), safeValue(axisValue(spec, field))])
  }
  steps.push(['seed', String(spec.seed)])
  return ['runs', ...steps.map(([key, value]) => `${key}=${value}`)].join('/')
}

/** True for what {@link runPath} can make: no way out of the folder. */
export function isRunPath(path: string): boolean {
  return path.length <= 4_096 && FORMS.test(path)
}

/** What a spec has at an axis' path; `null` where it has nothing. */
export function axisValue(spec: RunSpec, field: string): unknown {
  let at: unknown = spec
  for (const key of (SPEC_FIELDS[field] ?? field).split('.')) {
    if (Array.isArray(at)) at = at[Number(key)]
    else if (isPlainObject(at) && Object.hasOwn(at, key)) at = at[key]
    else return null
  }
  return at ?? null
}

function safeKey(field: string): string {
  return field.replaceAll(/[^A-Za-z0-9._-]/g, '_')
}

function safeValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return encode(String(value))
  if (value === null) return 'none'
  if (typeof value === 'string') {
    const encoded = encode(value)
    return encoded !== '' && encoded.length <= MAX_PLAIN_CHARS ? encoded : hashed(value, value)
  }
  return hashed(words(value).join('-'), value)
}

function hashed(label: string, value: unknown): string {
  const slug = label.replaceAll(/[^A-Za-z0-9._]+/g, '-').slice(0, MAX_PLAIN_CHARS)
  return `${slug}~${sha256(canonicalJson(value)).slice(0, 8)}`
}

function encode(text: string): string {
  const escaped = (byte: number): string => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return text.replaceAll(/[^A-Za-z0-9._-]/gu, char =>
    [...new TextEncoder().encode(char)].map(escaped).join('')
  )
}

function words(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(words)
  if (isPlainObject(value)) {
    // In one order, whatever the file's, and what it is first: `uniform-20`.
    const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return ledBy('model', Object.fromEntries(fields)).flatMap(([, field]) => words(field))
  }
  return [String(value)]
}
