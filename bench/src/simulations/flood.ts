import { FloodKernel, findScenario, runShards } from '@torusmesh/simulations'
import { median, type Row } from '../row.ts'
import { cPeer, type Peer, type PeerRun, simPyPeer } from './peers.ts'

const SIDES = [32, 64, 100] as const
const RUNS = 5
/** SimPy does about 0.1 M events/s. */
const SIMPY_SIDE_MAX = 32
const SEED = 1

/** Floods of one side, interleaved: ours and the peers' in turn, so that all meet the same noise. */
export async function floodRows(): Promise<Row[]> {
  const peers = [cPeer(), simPyPeer()]
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
  const kernel = new FloodKernel(nodes, SEED)
  const present = peers.filter(peer => 'flood' in peer)
  const fitting = present.filter(({ name }) => name !== 'SimPy' || side <= SIMPY_SIDE_MAX)
  const kernels: number[] = []
  const engines: { one: number[]; two: number[] } = { one: [], two: [] }
  const others = fitting.map((): number[] => [])
  let bytesPerNode = 0
  for (let run = -1; run < RUNS; run++) {
    const startMs = performance.now()
    const counts = kernel.flood()
    const own = rate({ ...counts, seconds: (performance.now() - startMs) / 1_000 }, nodes)
    const one = await engineRun(nodes, 1)
    const two = await engineRun(nodes, 2)
    bytesPerNode = one.bytes / nodes
    // The first round only warms up.
    if (run < 0) continue
    kernels.push(own)
    engines.one.push(one.rate)
    engines.two.push(two.rate)
    for (const [i, peer] of fitting.entries()) others[i]!.push(rate(peer.flood(side), nodes))
  }
  const size = nodes.toLocaleString('en')
  const value = median(kernels)
  const one = median(engines.one)
  const two = median(engines.two)
  const unit = 'events/s'
  return [
    ...fitting.map(({ name }, i) => ({
      name: `flood kernel, ${size} nodes`,
      value: Math.round(value),
      unit,
      peer: name,
      ratio: value / median(others[i]!)
    })),
    ...(fitting.length === 0
      ? [{ name: `flood kernel, ${size} nodes`, value: Math.round(value), unit }]
      : []),
    {
      name: `flood scenario, ${size} nodes`,
      value: Math.round(one),
      unit,
      peer: 'kernel',
      ratio: one / value
    },
    {
      name: `flood scenario, ${size} nodes, 2 workers`,
      value: Math.round(two),
      unit,
      peer: '1 worker',
      ratio: two / one
    },
    { name: `flood scenario, ${size} nodes`, value: bytesPerNode, unit: 'B/node' }
  ]
}

/** Events a second; a run that counts otherwise than the model is no run. */
function rate({ events, deliveries, seconds }: PeerRun, nodes: number): number {
  if (events !== 5 * nodes + 2 || deliveries !== nodes) {
    throw new Error(`${nodes} nodes: ${events} events, ${deliveries} deliveries`)
  }
  return events / seconds
}

async function engineRun(nodes: number, workers: number): Promise<{ rate: number; bytes: number }> {
  const scenario = findScenario('flood')
  if (scenario === undefined) throw new Error('no scenario flood')
  const spec = {
    scenario: 'flood',
    seed: SEED,
    parameters: { messages: 1 },
    ...scenario.defaults,
    nodes
  }
  const setup = { spec, topology: scenario.topology(spec), faults: [] }
  const { events, wallMs, bytes } = await runShards(setup, scenario, { workers })
  return { rate: (events / wallMs) * 1_000, bytes }
}
