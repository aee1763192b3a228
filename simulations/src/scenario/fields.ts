import type { SweepValue } from './sweep-spec.ts'

const MAX_DEPTH = 8

/**
 * A document with one field set; blocks on the way that don't exist are made.
 *
 * @param field - path such as `network.loss.permille` or `faults.0.count`
 * @returns `undefined` where the path leads through something that has no fields
 */
export function withField<T extends object>(
  document: T,
  field: string,
  value: SweepValue
): T | undefined {
  const keys = field.split('.')
  if (keys.length > MAX_DEPTH || keys.some(key => key === '' || key === '__proto__')) {
    return undefined
  }
  return setIn(document, keys, value) as T | undefined
}

function setIn(at: unknown, [key, ...rest]: readonly string[], value: SweepValue): unknown {
  if (key === undefined) return value
  if (Array.isArray(at)) {
    const index = Number(key)
    if (!(Number.isInteger(index) && index >= 0 && index < at.length)) return undefined
    const item = setIn(at[index], rest, value)
    return item === undefined ? undefined : at.with(index, item)
  }
  if (at !== undefined && (typeof at !== 'object' || at === null)) return undefined
  const fields = (at ?? {}) as Record<string, unknown>
  const inner = setIn(Object.hasOwn(fields, key) ? fields[key] : undefined, rest, value)
  return inner === undefined ? undefined : { ...fields, [key]: inner }
}
