import { execFile } from 'node:child_process'
import { OperatorError } from '../errors.ts'
import { REFUSALS, refuse } from '../refusals/refuse.ts'

const TIMEOUT_MS = 60_000
const MAX_OUTPUT = 65_536
/** Commands see nothing of the agent's own environment. */
const ENVIRONMENT = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }

/** Runs a command given as words, without a shell. */
export type RunCommand = (argv: readonly string[]) => Promise<string>

/**
 * @returns what it wrote to standard output
 * @throws OperatorError `ACTION_FAILED` if it is refused, fails, takes over a minute or says too much
 */
export const runCommand: RunCommand = argv => {
  const code = refuse({ kind: 'command', argv })
  if (code !== undefined) {
    return Promise.reject(new OperatorError('ACTION_FAILED', `${argv[0]}: ${REFUSALS[code]}`))
  }
  const [file = '', ...rest] = argv
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT, env: ENVIRONMENT }
  return new Promise((resolve, reject) => {
    execFile(file, rest, options, (error, stdout) => {
      if (error === null) resolve(stdout)
      else
        reject(new OperatorError('ACTION_FAILED', `${file} failed: run it by hand to see`, error))
    })
  })
}
