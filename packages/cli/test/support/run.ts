import { runCli } from '../../src/run-cli.ts'
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
}

/** Runs a command line, split at spaces, to its end. */
export async function run(
  line: string,
  { io = new FakeIo(), node = new FakeNode() }: Setting = {}
): Promise<Ran> {
  const argv = line.split(' ').filter(word => word !== '')
  const code = await runCli({ argv, io, node, version: '0.1.0' })
  return { code, out: io.stdout.text, err: io.stderr.text }
}

/** Lets what was awaited go on. */
export async function settle(): Promise<void> {
  await new Promise(resolve => setImmediate(resolve))
}
