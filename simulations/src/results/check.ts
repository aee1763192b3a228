import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { ResultsError } from './errors.ts'
import { isPlainObject } from './json.ts'

const MAX_JSON_DEPTH = 32

/** The value, now of the schema's type; an error that names the file and the field otherwise. */
export function checked<T extends TSchema>(schema: T, value: unknown, path: string): Static<T> {
  assertShallow(value, path, MAX_JSON_DEPTH)
  if (Value.Check(schema, value)) return value as Static<T>
  const [first] = Value.Errors(schema, value)
  const where = first === undefined ? 'its content' : first.instancePath || 'its content'
  throw new ResultsError(
    'damaged-results',
    `${path}: ${where} ${first?.message ?? 'is not valid'}; restore the file or run the sweep again`
  )
}

/** What follows walks values by recursion. */
function assertShallow(value: unknown, path: string, depth: number): void {
  if (depth === 0) throw new ResultsError('too-large', `${path} is nested too deeply`)
  const inner = Array.isArray(value) ? value : isPlainObject(value) ? Object.values(value) : []
  for (const one of inner) if (typeof one === 'object') assertShallow(one, path, depth - 1)
}
