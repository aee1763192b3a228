import { resolveSpec, runScenario } from '@torusmesh/simulations'
import { median, type Row } from '../row.ts'

const SEEDS = 5
const WARMUP_MS = 2_000
const SETTLE_MS = 4_000
/** Uplinks and downlinks of 20 Mbit/s, each serving one message after the other. */
const NETWORK = { bandwidth: [{ sharePermille: 1_000, upKbps: 20_000, downKbps: 20_000 }] }
/** So many messages a run, by nodes. */
const MESSAGES: ReadonlyMap<number, number> = new Map([
  [512, 16],
  [4_096, 6],
  [32_768, 3]
])

/** Who spreads messages over what; `mesh` is D, D_low and D_high of gossipsub. */
interface Contender {
  readonly name: string
  readonly carrier: string
  readonly overlay: string
  readonly meshDegree?: number
  readonly meshMax?: number
}

const GOSSIPSUB: Contender = { name: 'gossipsub D=8', carrier: 'gossipsub', overlay: 'random-8' }
const TREE_CAST: Contender = {
  name: 'tree cast',
  carrier: 'tree-cast',
  overlay: 'torus-generators'
}
const CONTENDERS: readonly Contender[] = [
  { name: 'flood', carrier: 'flood', overlay: 'torus' },
  { name: 'flood', carrier: 'flood', overlay: 'torus-long' },
  GOSSIPSUB,
  { ...GOSSIPSUB, name: 'gossipsub D=6..8', overlay: 'torus-long', meshDegree: 6, meshMax: 8 },
  { ...TREE_CAST, overlay: 'torus' },
  TREE_CAST
]

interface Point {
  readonly nodes: number
  readonly sizeBytes: number
  readonly crashedPermille: number
}

/** Medians over the seeds. */
interface Figures {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly copies: number
  readonly kB: number
  readonly reach: number
}

async function measure({ name, ...contender }: Contender, point: Point): Promise<Figures> {
  const { nodes, ...message } = point
  // Large messages one a second, so that they don't wait for one another.
  const publishPerSecond = point.sizeBytes > 10_000 ? 1 : 4
  const messages = MESSAGES.get(nodes) ?? 1
  const duration = WARMUP_MS + SETTLE_MS + (messages * 1_000) / publishPerSecond
  const runs: Readonly<Record<string, number | null>>[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const parameters = {
      ...contender,
      ...message,
      publishPerSecond,
      warmupMs: WARMUP_MS,
      settleMs: SETTLE_MS
    }
    const document = { scenario: 'broadcast', nodes, seed, duration, network: NETWORK, parameters }
    runs.push((await runScenario(resolveSpec(document))).summary.measures)
  }
  const of = (measure: string): number =>
    median(runs.map(measures => measures[measure] ?? Number.NaN))
  return {
    p50Ms: of('deliveryP50Ms'),
    p99Ms: of('deliveryP99Ms'),
    copies: of('payloadCopiesPerNode'),
    kB: of('bytesPerNodeDelivered') / 1_000,
    reach: of('reach')
  }
}

/** Tree cast against gossipsub where the goals are set: 512 nodes, 1.5 kB, and 100 kB. */
export async function broadcastRows(): Promise<Row[]> {
  const rows: Row[] = []
  const add = (name: string, unit: string, value: number, peers: number): void => {
    rows.push({ name, value, unit, peer: 'gossipsub, modelled', ratio: value / peers })
  }
  for (const [size, sizeBytes] of [
    ['1.5 kB', 1_500],
    ['100 kB', 100_000]
  ] as const) {
    const point = { nodes: 512, sizeBytes, crashedPermille: 0 }
    const [tree, gossip] = [await measure(TREE_CAST, point), await measure(GOSSIPSUB, point)]
    add(`broadcast of ${size}: copies a node`, 'copies', tree.copies, gossip.copies)
    add(`broadcast of ${size}: bytes a node`, 'kB', tree.kB, gossip.kB)
    add(`broadcast of ${size}: 99 % have it`, 'ms', tree.p99Ms, gossip.p99Ms)
  }
  return rows
}

/** All contenders at these points, as lines of a Markdown table. */
export async function* broadcastTable(points: readonly Point[]): AsyncIterable<string> {
  yield '| nodes | bytes | crashed | carrier | overlay | p50 ms | p99 ms | copies | kB a node | reach |'
  yield '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
  for (const point of points) {
    for (const contender of CONTENDERS) {
      const { p50Ms, p99Ms, copies, kB, reach } = await measure(contender, point)
      const cells = [
        point.nodes,
        point.sizeBytes,
        `${point.crashedPermille / 10} %`,
        contender.name,
        contender.overlay,
        Math.round(p50Ms),
        Math.round(p99Ms),
        copies.toFixed(2),
        kB.toFixed(kB < 100 ? 2 : 0),
        `${(100 * reach).toFixed(3)} %`
      ]
      yield `| ${cells.join(' | ')} |`
    }
  }
}

if (import.meta.main) {
  const [nodes = '512', sizes = '1500,100000'] = process.argv.slice(2)
  const points = nodes
    .split(',')
    .flatMap(nodes =>
      sizes.split(',').map(size => ({ nodes: Number(nodes), sizeBytes: Number(size) }))
    )
    .flatMap(point => [0, 300].map(crashedPermille => ({ ...point, crashedPermille })))
  for await (const line of broadcastTable(points)) process.stdout.write(`${line}\n`)
}
