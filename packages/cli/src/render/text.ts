/**
 * What a terminal would act upon or a reader be misled by: control characters, line separators and
 * marks that reorder text.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Text that came from elsewhere, fit for one line of a terminal. */
export function clean(text: string): string {
  return text.replace(UNSAFE, '?')
}

/** Same as {@link clean} for JSON text, losing nothing: `\uXXXX` instead. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, char =>
    char === '\n' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: styles are escape sequences
const STYLE = /(\u001b\[\d+m)/

/** A styled line cut to at most `columns`; what is cut off shows as `…`. */
export function cut(line: string, columns: number): string {
  // Text and styles take turns, text first.
  const parts = line.split(STYLE).map((part, i) => (i % 2 === 0 ? [...part] : part))
  const width = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : part.length), 0)
  if (width <= columns) return line
  let room = columns - 1
  let cutLine = ''
  for (const part of parts) {
    if (typeof part === 'string') cutLine += part
    else {
      cutLine += part.slice(0, Math.max(0, room)).join('')
      if (room >= 0 && part.length > room) cutLine += '…'
      room = part.length > room ? -1 : room - part.length
    }
  }
  return cutLine
}

const grouped = new Intl.NumberFormat('en-US')

/** `1,234,567` */
export function count(value: number): string {
  return grouped.format(value)
}

/** `1 host`, `8 hosts` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

const SPANS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000]
] as const

/** The two greatest units: `2 h 5 min`; below a second `450 ms`. */
export function span(durationMs: number): string {
  const at = SPANS.findIndex(([, unitMs]) => durationMs >= unitMs)
  if (at < 0) return `${Math.round(durationMs)} ms`
  const [unit, unitMs] = SPANS[at]!
  const next = SPANS[at + 1]
  const whole = Math.floor(durationMs / unitMs)
  const rest = next === undefined ? 0 : Math.floor((durationMs % unitMs) / next[1])
  return rest > 0 ? `${whole} ${unit} ${rest} ${next![0]}` : `${whole} ${unit}`
}

/** `4.1 s` */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`
}

/** `2026-11-21 12:55:03Z` */
export function utc(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('T', ' ').replace(/\.\d+/, '')
}

/** The part of a hexadecimal id that people compare. */
export function shortHex(hex: string): string {
  return clean(hex.slice(0, 12))
}

/** Peer ids of one kind start alike: their ends tell them apart. */
export function shortPeer(peer: string): string {
  return `…${clean(peer.slice(-6))}`
}

/** `8×8×8` */
export function torusName(sides: readonly number[]): string {
  return sides.join('×')
}

/** `12 (1,4,0)` */
export function cellName(cell: number, coordinates: readonly number[]): string {
  return `${cell} (${coordinates.join(',')})`
}
