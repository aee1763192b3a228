import type { JsonCondition } from '../catalogue/types.ts'

const MAX_STEPS = 16

/** The value at a dotted path, own properties only; array items by index. */
export function valueAt(json: unknown, path: string): unknown {
  let at: unknown = json
  for (const key of path.split('.').slice(0, MAX_STEPS)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

/** Whether an answer is as declared. Numbers may come as text, `0x` hexadecimal too. */
export function holds({ path, op, value }: JsonCondition, json: unknown): boolean {
  const found = valueAt(json, path)
  switch (op) {
    case 'is':
      return found === value
    case 'at-least':
      return compared(found, value, (a, b) => a >= b)
    case 'at-most':
      return compared(found, value, (a, b) => a <= b)
    default:
      return op satisfies never
  }
}

/** A whole number in an answer, `undefined` if it is none. */
export function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value !== 'string' || !/^(0x[0-9a-fA-F]{1,64}|\d{1,78})$/.test(value)) return undefined
  return BigInt(value)
}

function compared(
  found: unknown,
  bound: JsonCondition['value'],
  test: (a: bigint, b: bigint) => boolean
): boolean {
  const a = wholeNumber(found)
  const b = wholeNumber(bound)
  return a !== undefined && b !== undefined && test(a, b)
}
