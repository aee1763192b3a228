import { InvalidArgumentError } from 'commander'

const UNITS_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * Reads `20`, `20s`, `5m`, `24h`, `7d`; a bare number is seconds.
 *
 * @returns milliseconds
 * @throws InvalidArgumentError
 */
export function parseDuration(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,7})(ms|s|m|h|d)?$/.exec(text) ?? []
  const durationMs = Number(digits) * UNITS_MS[unit as keyof typeof UNITS_MS]
  if (digits === undefined || durationMs === 0) {
    throw new InvalidArgumentError('give a time such as 20, 20s, 5m or 24h')
  }
  return durationMs
}

/** Reads a whole number between `min` and `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return text => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`give a whole number from ${min} to ${max}`)
  }
}

/** Reads the sequence number of a ledger event. */
export const sequence: (text: string) => number = wholeNumber(0, Number.MAX_SAFE_INTEGER)
