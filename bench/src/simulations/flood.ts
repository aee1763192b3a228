import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FloodKernel, findScenario, runShards } from '@torusmesh/simulations'
import { median, type Row } from '../row.ts'
import { cPeer, type Peer, type PeerRun, peerSimPeer, simPyPeer } from './peers.ts'

const SIDES = [32, 64, 100] as const
const RUNS = 3
/** SimPy does about 0.1 M events/s. */
const SIMPY_SIDE_MAX = 32
const SEED = 1
/** Floods of the kernel before it is measured: its code is compiled by then. */
const WARM_FLOODS = 5
/** A run through the engine has about so many events, so that starting threads hardly counts. */
const ENGINE_EVENTS = 25_000_000
const TIMEOUT_MS = 60_000
/** Debian's python3-simpy belongs to this one, whatever `python3` is. */
const DEBIAN_PYTHON = '/usr/bin/python3'

/** Floods of one side, interleaved: ours and the peers' in turn, so that all meet the same noise. */
export async function floodRows(): Promise<Row[]> {
  const peers = [cPeer(), ns3Peer(), anySimPyPeer(), peerSimPeer()]
  for (const peer of peers) {
    if ('missing' in peer) process.stderr.write(`bench: no ${peer.name}: ${peer.missing}\n`)
  }
  const rows: Row[] = []
  try {
    for (const side of SIDES) rows.push(...(await rowsOf(side, peers)))
  } finally {
    for (const peer of peers) if ('close' in peer) peer.close()
  }
  return rows
}

async function rowsOf(side: number, peers: readonly Peer[]): Promise<Row[]> {
  const nodes = side ** 3
  const present = peers.filter(peer => 'flood' in peer)
  const fitting = present.filter(({ name }) => name !== 'SimPy' || side <= SIMPY_SIDE_MAX)
  const kernel = new FloodKernel(nodes, SEED)
  for (let flood = 0; flood < WARM_FLOODS; flood++) kernel.flood()
  const kernels: number[] = []
  const [ones, twos]: [number[], number[]] = [[], []]
  const others = fitting.map((): number[] => [])
  let bytesPerNode = 0
  for (let run = 0; run < RUNS; run++) {
    kernels.push(kernelRun(kernel))
    for (const [i, peer] of fitting.entries()) others[i]!.push(rate(peer.flood(side), nodes))
    const one = await engineRun(nodes, 1)
    ones.push(one.rate)
    twos.push((await engineRun(nodes, 2)).rate)
    bytesPerNode = one.bytesPerNode
  }
  const size = `${nodes.toLocaleString('en')} nodes`
  const unit = 'events/s'
  const [own, one, two] = [median(kernels), median(ones), median(twos)]
  const kernelRow = { name: `flood kernel, ${size}`, value: Math.round(own), unit }
  const scenario = `flood scenario, ${size}`
  return [
    ...(fitting.length === 0 ? [kernelRow] : []),
    ...fitting.map((peer, i) => ({
      ...kernelRow,
      peer: peer.name,
      ratio: own / median(others[i]!)
    })),
    { name: scenario, value: Math.round(one), unit, peer: 'kernel', ratio: one / own },
    {
      name: `${scenario}, 2 workers`,
      value: Math.round(two),
      unit,
      peer: '1 worker',
      ratio: two / one
    },
    { name: scenario, value: bytesPerNode, unit: 'B/node' }
  ]
}

/** Events a second; a run that counts otherwise than the model is no run. */
function rate({ events, deliveries, seconds }: PeerRun, nodes: number, messages = 1): number {
  if (events !== messages * (5 * nodes + 2) || deliveries !== messages * nodes) {
    throw new Error(`${nodes} nodes: ${events} events, ${deliveries} deliveries`)
  }
  return events / seconds
}

function kernelRun(kernel: FloodKernel): number {
  const startMs = performance.now()
  const counts = kernel.flood()
  return rate({ ...counts, seconds: (performance.now() - startMs) / 1_000 }, kernel.nodes)
}

async function engineRun(
  nodes: number,
  workers: number
): Promise<{ readonly rate: number; readonly bytesPerNode: number }> {
  const scenario = findScenario('flood')
  if (scenario === undefined) throw new Error('no scenario flood')
  const messages = Math.ceil(ENGINE_EVENTS / (5 * nodes))
  const spec = {
    scenario: 'flood',
    seed: SEED,
    parameters: { messages },
    ...scenario.defaults,
    nodes,
    durationMs: Number.MAX_SAFE_INTEGER / 8
  }
  const setup = { spec, topology: scenario.topology(spec), faults: [] }
  const { events, wallMs, bytes, results } = await runShards(setup, scenario, { workers })
  const deliveries = scenario.merge(setup, results).measures['deliveries'] ?? 0
  return {
    rate: rate({ events, deliveries, seconds: wallMs / 1_000 }, nodes, messages),
    bytesPerNode: bytes / nodes
  }
}

/** ns-3's simulator core; compiled where its headers are. */
function ns3Peer(): Peer {
  const name = 'ns-3'
  const folder = mkdtempSync(join(tmpdir(), 'torusmesh-bench-'))
  const program = join(folder, 'flood_ns3')
  const close = (): void => rmSync(folder, { recursive: true })
  const source = here('../../peers/flood_ns3.cc')
  if (outputOf('g++', ['-O2', '-o', program, source, '-lns3-core']) === undefined) {
    close()
    return { name, missing: 'it needs g++ and the headers of ns-3 (Debian: libns3-dev)' }
  }
  return { name, flood: side => peerRun(name, program, [String(side)]), close }
}

/** SimPy 3 of the usual Python, or what Debian has. */
function anySimPyPeer(): Peer {
  const peer = simPyPeer()
  const script = here('../../peers/flood_simpy.py')
  if ('flood' in peer || outputOf(DEBIAN_PYTHON, [script, '3']) === undefined) return peer
  const { name } = peer
  return {
    name,
    flood: side => peerRun(name, DEBIAN_PYTHON, [script, String(side)]),
    close: () => {}
  }
}

function peerRun(name: string, command: string, args: readonly string[]): PeerRun {
  const output = outputOf(command, args)
  if (output === undefined) throw new Error(`${name} failed: ${command} ${args.join(' ')}`)
  const [events = 0, deliveries = 0, seconds = 0] = output.trim().split(' ').map(Number)
  return { events, deliveries, seconds }
}

/** What a command printed, or undefined if it failed. */
function outputOf(command: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore']
    })
  } catch {
    return undefined
  }
}

function here(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
