import { hash } from 'node:crypto'

/**
 * A value as JSON with sorted keys and no spaces, as RFC 8785 has it: equal values have equal bytes.
 * Fields that are `undefined` are left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    typeof field === 'object' && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field
  )
}

/** SHA-256 of the canonical JSON, 64 hex digits: equal values have one hash anywhere. */
export function contentHash(value: unknown): string {
  return hash('sha256', canonicalJson(value))
}
