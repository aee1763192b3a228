import { hash } from 'node:crypto'

/** For files: two spaces and a final line break; keys stay in their order. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex')
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
