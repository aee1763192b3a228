import { SimulationError } from '../errors.ts'

/**
 * Refuses a setting.
 *
 * @param path - the field, such as `network.loss.permille`
 * @param give - what would do instead
 * @throws {SimulationError} `bad-setting`
 */
export function refuse(path: string, value: unknown, give: string): never {
  const shown = JSON.stringify(value) ?? 'missing'
  throw new SimulationError('bad-setting', `${path}: is ${shown.slice(0, 60)}; give ${give}`)
}

/** @throws {SimulationError} `bad-setting` unless `value` is a whole number from `min` to `max` */
export function checkWhole(path: string, value: unknown, min: number, max: number): void {
  if (!Number.isInteger(value)) refuse(path, value, `a whole number from ${min} to ${max}`)
  checkNumber(path, value, min, max)
}

/** @throws {SimulationError} `bad-setting` unless `value` is a number from `min` to `max` */
export function checkNumber(path: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && value >= min && value <= max) return
  refuse(path, value, `a number from ${min} to ${max}`)
}
