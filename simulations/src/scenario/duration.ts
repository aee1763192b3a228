import { Limits } from './limits.ts'

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000
}

/**
 * Reads whole ms, or a whole number with its unit.
 *
 * @returns ms, from 1 to 30 days; `undefined` where it is none
 */
export function durationMsOf(value: unknown): number | undefined {
  const durationMs = typeof value === 'string' ? textMs(value) : value
  if (typeof durationMs !== 'number' || !Number.isInteger(durationMs)) return undefined
  return durationMs >= 1 && durationMs <= Limits.maxDurationMs ? durationMs : undefined
}

function textMs(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,10})(ms|s|m|h|d)$/.exec(text) ?? []
  return digits === undefined ? undefined : Number(digits) * UNITS_MS[unit]!
}
