import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One flood of a peer; what it says on a line. */
export interface PeerRun {
  readonly events: number
  readonly deliveries: number
  readonly seconds: number
}

/** Another engine that runs the same model, or why it can't here. */
export type Peer =
  | { readonly name: string; readonly flood: (side: number) => PeerRun; readonly close: () => void }
  | { readonly name: string; readonly missing: string }

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
/** A peer that hangs is no peer. */
const TIMEOUT_MS = 120_000

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'ignore']
  })
}

function canRun(command: string, args: readonly string[]): boolean {
  try {
    run(command, args)
    return true
  } catch {
    return false
  }
}

function lastRun(output: string): PeerRun {
  const [events, deliveries, seconds] = output.trim().split('\n').at(-1)!.split(' ').map(Number)
  return { events: events!, deliveries: deliveries!, seconds: seconds! }
}

/** The C kernel, compiled by gcc -O2; each run floods twice and counts the second. */
export function cPeer(): Peer {
  const name = 'C, gcc -O2'
  if (!canRun('gcc', ['--version'])) return { name, missing: 'gcc is not installed' }
  const folder = mkdtempSync(join(tmpdir(), 'torusmesh-bench-'))
  const program = join(folder, 'flood')
  run('gcc', ['-O2', '-o', program, here('../../c/flood.c')])
  return {
    name,
    flood: side => lastRun(run(program, [String(side), '2'])),
    close: () => rmSync(folder, { recursive: true })
  }
}

export function simPyPeer(): Peer {
  const name = 'SimPy'
  if (!canRun('python3', ['-c', 'import simpy'])) {
    return { name, missing: 'python3 with simpy is not installed' }
  }
  const script = here('../../peers/flood_simpy.py')
  return { name, flood: side => lastRun(run('python3', [script, String(side)])), close: () => {} }
}

/**
 * PeerSim 1.0.5's event engine, where `PEERSIM_CLASSPATH` names it and the jars it needs (djep, jep):
 * no registry has it. Each run floods twice and counts the second.
 */
export function peerSimPeer(): Peer {
  const name = 'PeerSim'
  const classes = process.env['PEERSIM_CLASSPATH']
  if (classes === undefined) {
    return { name, missing: 'set PEERSIM_CLASSPATH to peersim-1.0.5.jar and its djep and jep' }
  }
  const folder = mkdtempSync(join(tmpdir(), 'torusmesh-bench-'))
  const close = (): void => rmSync(folder, { recursive: true })
  const source = here('../../peers/FloodPeerSim.java')
  if (!canRun('javac', ['-nowarn', '-d', folder, '-cp', classes, source])) {
    close()
    return { name, missing: 'it needs javac (a JDK) and the classes in PEERSIM_CLASSPATH' }
  }
  const path = [folder, classes].join(delimiter)
  const flood = (side: number): PeerRun =>
    lastRun(run('java', ['-cp', path, 'FloodPeerSim', String(side)]))
  return { name, flood, close }
}
