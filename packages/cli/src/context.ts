import { ExitCode } from './exit-code.ts'
import type { Io } from './io.ts'
import type { NodePort } from './node-port.ts'
import type { SimPort } from './sim-port.ts'

/** What every command is given. */
export class Context {
  readonly io: Io
  readonly node: NodePort
  readonly sim: SimPort
  /** How to end after a command that didn't fail: `unverified` is an answer, not a failure. */
  exitCode: ExitCode = ExitCode.ok

  constructor(io: Io, node: NodePort, sim: SimPort) {
    this.io = io
    this.node = node
    this.sim = sim
  }

  homePath(options: { home?: string }): string {
    return this.node.resolveHome({ flag: options.home, env: this.io.env })
  }
}
