import { CommanderError } from 'commander'
import { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import { printJson } from './render/print.ts'
import { clean } from './render/text.ts'

/** Stable codes of what the command itself finds; all others come from the node and the ledger. */
export type CliErrorCode =
  | 'USAGE'
  | 'NODE_NOT_RUNNING'
  | 'FILE_UNREADABLE'
  | 'CATALOGUE_EXISTS'
  | 'NO_SERVICES'
  | 'NO_INCIDENTS'
  | 'LEDGER_SEQ_UNKNOWN'
  | 'LEDGER_UNPROVEN'
  | 'PROPOSAL_UNKNOWN'
  | 'POLICY_UNKNOWN'
  | 'APPEAL_UNKNOWN'
  | 'CANCELLED'
  | 'PASSPHRASE_NEEDED'
  | 'PASSPHRASE_SHORT'
  | 'VAULT_ENDED'

/** A failure a person can mend: one line that ends with the next step. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly code: CliErrorCode

  constructor(code: CliErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

interface Failure {
  readonly exitCode: ExitCode
  readonly code: string
  /** At least one, the first says what matters. */
  readonly lines: readonly string[]
  readonly stack?: string | undefined
}

/** Says what went wrong, on standard error and with `json` on standard output too. */
export function reportError(io: Io, error: unknown, json: boolean): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.ok
  const { exitCode, code, lines, stack } = failureOf(error)
  const [message = ''] = lines
  // Commander has printed the help already.
  if (code !== 'commander.help') {
    for (const line of lines) io.stderr.write(`torusmesh: ${line}\n`)
  }
  if (stack !== undefined) io.stderr.write(`${stack}\n`)
  if (json) printJson(io, { error: { code, message } })
  return exitCode
}

function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error)
  if (!(error instanceof Error)) return bug(String(error))
  const { code, message, stack } = error as Error & { code?: unknown }
  // Node's own codes (`ERR_…`) are no errors of ours: somebody let one slip.
  if (typeof code !== 'string' || code.startsWith('ERR_')) return bug(message, stack)
  const exitCode = code === 'USAGE' ? ExitCode.usage : ExitCode.failed
  return { exitCode, code, lines: problemsOf(error).map(clean) }
}

/** A configuration error knows every problem; people like to hear of all at once. */
function problemsOf(error: Error): readonly string[] {
  const { problems } = error as Error & { problems?: unknown }
  const many = Array.isArray(problems) && problems.every(line => typeof line === 'string')
  return many && problems.length > 0 ? problems : [error.message]
}

function usageFailure({ code, message }: CommanderError): Failure {
  const exitCode = ExitCode.usage
  if (code === 'commander.help') {
    return { exitCode, code, lines: ['which command? See torusmesh --help'] }
  }
  const [what = '', hint] = message.replace(/^error: /, '').split('\n')
  const near = /^\(Did you mean (.*)\?\)$/.exec(hint ?? '')?.[1]
  const next = near === undefined ? 'see torusmesh --help' : `did you mean ${near}?`
  // What our own parsers refuse ends with the next step.
  const line =
    code === 'commander.invalidArgument'
      ? what.replace('invalid. ', 'invalid; ')
      : `${what.replace(/\.$/, '')}; ${next}`
  return { exitCode, code: 'USAGE', lines: [clean(line)] }
}

function bug(message: string, stack?: string): Failure {
  const line = `unexpected: ${clean(message)}; please report it with the lines below`
  return { exitCode: ExitCode.failed, code: 'INTERNAL', lines: [line], stack }
}
