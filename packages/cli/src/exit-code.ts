/** How the command ends; documented in `torusmesh --help`. */
export const ExitCode = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** What was checked does not verify. */
  unverified: 3,
  /** A simulation saw what must never be. */
  violated: 4
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
