import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from './until.ts'

const MAIN = fileURLToPath(new URL('../../../../cli/src/main.ts', import.meta.url))

/** How a command ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Nodes on any free port of this machine, whatever the environment of the tests says. */
const environment = (): NodeJS.ProcessEnv => {
  const given = Object.entries(process.env).filter(([name]) => !name.startsWith('TORUSMESH_'))
  return { ...Object.fromEntries(given), NO_COLOR: '1' }
}

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ['--conditions=@torusmesh/source', MAIN, ...args], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    output.stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output.stderr += chunk
  })
  const ended = once(child, 'close').then(
    ([code]): Ended => ({ code: code as number | null, ...output })
  )
  return { child, output, ended }
}

/** Runs a command to its end. */
export async function torusmesh(...args: string[]): Promise<Ended> {
  return await start(args).ended
}

/** Runs a command that has to succeed, and reads what it prints for programs. */
export async function answerOf<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await torusmesh(...args, '--json')
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as T
}

/** What a node prints once it runs. */
export interface Started {
  readonly api: string
  readonly member: string
  readonly cell: number
  readonly addresses: readonly string[]
}

export interface NodeProcess {
  readonly started: Started
  /** @returns how it ended */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<Ended>
}

/** Processes that still run; each test ends its own, a failed one leaves them here. */
const running = new Set<ChildProcess>()

/** Runs `up` or `join`, which go on until they are ended. */
export async function startNode(...args: string[]): Promise<NodeProcess> {
  const { child, output, ended } = start([
    ...args,
    ...['--json', '--api-port', '0', '--listen-address', '/ip4/127.0.0.1/tcp/0']
  ])
  running.add(child)
  let code: number | null | undefined
  void ended.then(end => {
    code = end.code
    running.delete(child)
  })
  await until(`${args[0]} says that it runs`, () => {
    if (code !== undefined) throw new Error(`${args[0]} ended with ${code}: ${output.stderr}`)
    return output.stdout.trimEnd().endsWith('\n}')
  })
  return {
    started: JSON.parse(output.stdout),
    async end(signal) {
      child.kill(signal)
      return await ended
    }
  }
}

export async function endAll(): Promise<void> {
  const ends = [...running].map(async child => {
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  await Promise.all(ends)
}
