import { SimulationError } from '../errors.ts'
import type { FieldPath, Locate, Problem } from './document.ts'
import { Limits } from './limits.ts'

/** A document that can't be run; `code` is `bad-setting`. */
export class SpecError extends SimulationError {
  /** One line each: `mesh.yaml:3:5: nodes: is 1; give a whole number from 2 to 20000000`. */
  readonly problems: readonly string[]

  constructor(problems: readonly Problem[], locate: Locate = () => '') {
    const lines = problems
      .slice(0, Limits.maxProblems)
      .map(({ path, what }) =>
        [locate(path), fieldName(path), what].filter(part => part !== '').join(': ')
      )
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    super('bad-setting', `${lines[0]}${more}`)
    this.problems = lines
  }
}

/** @returns e.g. `faults[2].count` */
export function fieldName(path: FieldPath): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i ? `.${key}` : key)).join('')
}
