import { escapeUnsafe, onOneLine } from './escape.ts'

const LEVELS: Readonly<Record<string, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO ',
  40: 'WARN ',
  50: 'ERROR',
  60: 'FATAL'
}
const SAFE_TEXT = /^[\w.:/@+-]+$/

/** One readable line: UTC time of day, level, message, then the fields as `name=value`. */
export function prettyLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line)
  const parts = [new Date(time).toISOString().slice(11, -1), LEVELS[level] ?? String(level)]
  if (msg !== undefined) parts.push(onOneLine(String(msg)))
  for (const [name, value] of Object.entries(fields)) {
    parts.push(`${onOneLine(name)}=${show(value)}`)
  }
  return parts.join(' ')
}

function show(value: unknown): string {
  if (typeof value === 'string' && SAFE_TEXT.test(value)) return value
  return escapeUnsafe(JSON.stringify(value))
}
