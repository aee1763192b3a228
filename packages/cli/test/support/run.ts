import { runCli } from '../../src/run-cli.ts'
import type { SimPort } from '../../src/sim-port.ts'
import { FakeIo } from './fake-io.ts'
import { FakeNode } from './fake-node.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface Setting {
  readonly io?: FakeIo
  readonly node?: FakeNode
  readonly sim?: SimPort
}

/** The real simulator, loaded when a command needs it. */
export const simulations: SimPort = () => import('@torusmesh/simulations')

/** Runs a command line, split at spaces, to its end. */
export async function run(
  line: string,
  { io = new FakeIo(), node = new FakeNode(), sim = simulations }: Setting = {}
): Promise<Ran> {
  const argv = line.split(' ').filter(word => word !== '')
  const code = await runCli({ argv, io, node, sim, version: '0.1.0' })
  return { code, out: io.stdout.text, err: io.stderr.text }
}

/** Lets what was awaited go on. */
export async function settle(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}
