import type { TObject, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { FieldPath, Problem } from './document.ts'
import { nearest } from './nearest.ts'

/** What of JSON Schema the schemas here use. */
interface Shape {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly maxLength?: number
  readonly maxProperties?: number
  readonly properties?: Readonly<Record<string, Shape>>
}

const MAX_SHOWN_CHARS = 40
const MAX_CHOICES = 20

/** What is wrong with a value, one problem a field; none when it fits. */
export function check(schema: TSchema, value: unknown, path: FieldPath = []): Problem[] {
  const problems = new Map<string, Problem>()
  for (const error of Value.Errors(schema, value)) {
    for (const problem of problemsOf(error, schema, value)) {
      const key = JSON.stringify(problem.path)
      if (!problems.has(key)) problems.set(key, { ...problem, path: [...path, ...problem.path] })
    }
  }
  return [...problems.values()]
}

/** Same for a block whose tag, such as `model`, says by which schema it goes. */
export function checkTagged(
  tag: string,
  schemas: Readonly<Record<string, TObject>>,
  value: unknown,
  path: FieldPath
): Problem[] {
  if (!isRecord(value)) return [{ path, what: `is ${shown(value)}; give a block with ${tag}` }]
  const name = value[tag]
  const choices = Object.keys(schemas)
  if (typeof name === 'string' && Object.hasOwn(schemas, name)) {
    return check(schemas[name]!, value, path)
  }
  const what =
    name === undefined ? `is missing; give ${anyOf(choices)}` : notOneOf(shown(name), name, choices)
  return [{ path: [...path, tag], what }]
}

/** Whether it is an object of fields, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @returns e.g. `is "flod"; did you mean flood?` */
export function notOneOf(as: string, name: unknown, choices: readonly string[]): string {
  const near = typeof name === 'string' ? nearest(name, choices) : undefined
  return near === undefined ? `is ${as}; give ${anyOf(choices)}` : `is ${as}; did you mean ${near}?`
}

/** A value in few characters. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isRecord(value)) return 'a block'
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > MAX_SHOWN_CHARS ? `${text.slice(0, MAX_SHOWN_CHARS)}…` : text
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

/** At least one for each error, for the list of errors is cut short. */
function problemsOf(error: SchemaError, schema: TSchema, value: unknown): Problem[] {
  const { keyword, schemaPath, instancePath, params } = error
  const path = keysOf(instancePath)
  const keys = keysOf(schemaPath.slice(1))
  const shape = (followed(schema, keys) ?? {}) as Shape
  const found = followed(value, path)
  switch (keyword) {
    // The schema of a field that none is named for is `false`.
    case 'boolean': {
      const { properties = {} } = followed(schema, keys.slice(0, -1)) as Shape
      return [{ path, what: unknown(String(path.at(-1)), Object.keys(properties)) }]
    }
    case 'additionalProperties':
      return []
    case 'required': {
      const { requiredProperties } = params as { requiredProperties: readonly string[] }
      return requiredProperties.map(key => ({
        path: [...path, key],
        what: `is missing; give ${allowed(shape.properties?.[key] ?? {})}`
      }))
    }
    case 'dependentRequired': {
      const { property, dependencies } = params as { property: string; dependencies: string[] }
      const what = `needs ${anyOf(dependencies)} beside it; give that, or leave it out`
      return [{ path: [...path, property], what }]
    }
    case 'uniqueItems':
      return [{ path, what: 'says something twice; leave one out' }]
    case 'enum': {
      const choices = (shape.enum ?? []).map(String)
      return [{ path, what: notOneOf(shown(found), found, choices) }]
    }
    default:
      return [{ path, what: `is ${shown(found)}; give ${allowed(shape)}` }]
  }
}

function unknown(key: string, known: readonly string[]): string {
  const near = nearest(key, known)
  if (near !== undefined) return `no such field; did you mean ${near}?`
  return known.length === 0 ? 'no such field; leave it out' : `no such field; give ${anyOf(known)}`
}

/** What a schema takes, for people. */
function allowed(shape: Shape): string {
  const { minimum, maximum } = shape
  if (shape.enum !== undefined) return anyOf(shape.enum.map(String))
  if (shape.const !== undefined) return String(shape.const)
  switch (shape.type) {
    case 'integer':
      return `a whole number${between(minimum, maximum)}`
    case 'number':
      return `a number${between(minimum, maximum)}`
    case 'boolean':
      return 'true or false'
    case 'string':
      return `a word of 1 to ${shape.maxLength} characters`
    case 'array':
      return `a list of ${shape.minItems ?? 0} to ${shape.maxItems}`
    case 'object':
      return shape.maxProperties === undefined
        ? 'a block of fields'
        : `a block of at most ${shape.maxProperties} fields`
    default:
      return 'a value'
  }
}

function between(minimum?: number, maximum?: number): string {
  const from = minimum === -Number.MAX_SAFE_INTEGER ? undefined : minimum
  const to = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (from === undefined) return to === undefined ? '' : ` up to ${to}`
  return to === undefined ? ` from ${from}` : ` from ${from} to ${to}`
}

function anyOf(choices: readonly string[]): string {
  const few = choices.slice(0, MAX_CHOICES)
  if (few.length < choices.length) return `one of ${few.join(', ')}, …`
  return few.length > 1 ? `${few.slice(0, -1).join(', ')} or ${few.at(-1)}` : (few[0] ?? 'nothing')
}

/** @param pointer - RFC 6901, as schemas and values are pointed into */
function keysOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map(key => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(key => (/^(0|[1-9]\d*)$/.test(key) ? Number(key) : key))
}

function followed(value: unknown, path: FieldPath): unknown {
  let at = value
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}
