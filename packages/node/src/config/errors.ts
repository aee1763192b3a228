/** The configuration can't be used; nothing was started. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'
  /** Every problem found, one line each, with its next step. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
    super(`${problems[0]}${more}`)
    this.problems = problems
  }
}
