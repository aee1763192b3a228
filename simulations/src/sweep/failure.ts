import type { SweepErrorCode } from './errors.ts'
import type { RunFailure } from './executor.ts'

const MAX_CODE_CHARS = 64
const MAX_MESSAGE_CHARS = 500

/** An error as it travels and is shown: a code and one short line. */
export function failureOf(error: unknown, otherwise: SweepErrorCode): RunFailure {
  const { code, message } = (error instanceof Error ? error : {}) as Partial<RunFailure>
  const line = String(message ?? error).split('\n', 1)[0]!
  return {
    code: (typeof code === 'string' ? code : otherwise).slice(0, MAX_CODE_CHARS),
    message: line.slice(0, MAX_MESSAGE_CHARS)
  }
}
