/** What stands in place of a secret. */
export const REDACTED = '[redacted]'

const MAX_LINE_CHARS = 16 * 1024
const MAX_TEXT_CHARS = 1_024
const MAX_DEPTH = 6

const SECRET_NAME =
  /secret|token|passw|passphrase|mnemonic|seed|private|authorization|cookie|api-?key/i
const KEY_NAME = /.key$/i
const PUBLIC_KEY_NAME = /public.?key$/i
const INVITE = /\btm1[0-9a-z_-]{6,}/gi
const BEARER = /\b(bearer\s+)[\w.~+/=-]+/gi
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs
/** Whatever could need one of the rules above, found in one pass over a serialised line. */
const SUSPICIOUS =
  /secret|token|passw|passphrase|mnemonic|seed|private|authorization|cookie|key|tm1|bearer/i

/** Whether a field of this name holds a secret, whatever its value. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) || (KEY_NAME.test(name) && !PUBLIC_KEY_NAME.test(name))
}

/**
 * A serialised log line without secrets, at most 16 KiB long.
 *
 * Works on the finished line, so that fields, child bindings, messages and stack traces all pass
 * through one place.
 *
 * @param line - one JSON object
 * @returns the same object, serialised without a line end
 */
export function redactLine(line: string): string {
  if (line.length <= MAX_LINE_CHARS && !SUSPICIOUS.test(line)) return line.trimEnd()
  const fields: Record<string, unknown> = JSON.parse(line)
  const redacted = JSON.stringify(redactValue(fields, 0))
  if (redacted.length <= MAX_LINE_CHARS) return redacted
  const { level, time, msg } = fields
  return JSON.stringify({ level, time, msg: redactValue(msg, 0), cut: redacted.length })
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_DEPTH) return '[deeper]'
  if (Array.isArray(value)) {
    return value.map(item => redactValue(item, depth + 1))
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [
      redactText(name),
      isSecretName(name) ? REDACTED : redactValue(held, depth + 1)
    ])
  )
}

function redactText(text: string): string {
  const clean = text
    .replace(PEM, REDACTED)
    .replace(INVITE, `tm1${REDACTED}`)
    .replace(BEARER, `$1${REDACTED}`)
  return clean.length > MAX_TEXT_CHARS ? `${clean.slice(0, MAX_TEXT_CHARS)}…` : clean
}
