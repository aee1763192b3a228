import { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import type { NodePort } from './node-port.ts'

/** What every command is given. */
export class Context {
  readonly io: Io
  readonly node: NodePort
  /** How to end after a command that didn't fail: `unverified` is an answer, not a failure. */
  exitCode: ExitCode = ExitCode.ok

  constructor(io: Io, node: NodePort) {
    this.io = io
    this.node = node
  }

  homePath(options: { home?: string }): string {
    return this.node.resolveHome({ flag: options.home, env: this.io.env })
  }
}
