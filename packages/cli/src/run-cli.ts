import { Context } from './context.ts'
import { reportError } from './errors.ts'
import type { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import type { NodePort } from './node-port.ts'
import { createProgram } from './program.ts'
import type { SimPort } from './sim-port.ts'

export interface CliInit {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[]
  readonly io: Io
  readonly node: NodePort
  readonly sim: SimPort
  readonly version: string
}

/** Runs one command from its arguments to its exit code. Never rejects. */
export async function runCli({ argv, io, node, sim, version }: CliInit): Promise<ExitCode> {
  const context = new Context(io, node, sim)
  try {
    await createProgram(context, version).parseAsync([...argv], { from: 'user' })
    return context.exitCode
  } catch (error) {
    return reportError(io, error, argv.includes('--json'))
  }
}
