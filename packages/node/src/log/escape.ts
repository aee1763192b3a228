/**
 * Characters that JSON leaves as they are and a terminal or reader doesn't: DEL and C1 controls
 * (0x9b starts an escape sequence), line separators, and marks that reorder text.
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Replaces characters that could forge or hide log output by their `\uXXXX` form. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Text on one line, without quotes: newlines, control characters and backslashes escaped. */
export function onOneLine(text: string): string {
  return escapeUnsafe(JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"'))
}
