import { execFileSync } from 'node:child_process'
import { freemem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { resolveSpec, runScenario } from '@torusmesh/simulations'
import type { Row } from '../row.ts'

const SIZES = [512, 4_096, 32_768, 262_144, 1_048_576] as const
/** 216³: the flood only, where memory allows. */
const LARGEST = 10_077_696
const LARGEST_BYTES = 4 * 2 ** 30
/** Small meshes flood more messages and run longer, so that every point is a second of work or more. */
const FLOOD_NODES = 4_194_304
const HEALTH_NODE_SECONDS = 4_194_304
const HEALTH_S = { min: 4, max: 60 } as const
const FLOOD_MESSAGE_MS_MAX = 60_000
const SEED = 1
const TIMEOUT_MS = 300_000

type Scenario = 'flood' | 'health-detection'

/** What one size came to, in a process of its own. */
interface Point {
  readonly nodes: number
  readonly eventsPerSecond: number
  readonly bytesPerNode: number
  readonly rssBytes: number
  /** Wall and virtual time of one message's flood, or of one second of health detection. */
  readonly timeMs: number
  readonly virtualMs: number
}

/** Time and memory of the flood and of health detection at each size, on one worker. */
export async function growthRows(): Promise<Row[]> {
  const floods = freemem() < LARGEST_BYTES ? SIZES : [...SIZES, LARGEST]
  if (floods === SIZES) process.stderr.write(`bench: no flood of ${LARGEST} nodes: low memory\n`)
  return [...growthOf('flood', floods), ...growthOf('health-detection', SIZES)]
}

function growthOf(scenario: Scenario, sizes: readonly number[]): Row[] {
  const points = sizes.map(nodes => pointInChild(scenario, nodes))
  const per = scenario === 'flood' ? 'message' : 'second'
  return [
    ...points.flatMap(point => rowsOf(scenario, point)),
    { name: `${scenario}: time of a ${per} ~ nodes^x`, value: exponent(points), unit: 'x' }
  ]
}

function rowsOf(scenario: Scenario, point: Point): Row[] {
  const name = `${scenario}, ${point.nodes.toLocaleString('en')} nodes`
  return [
    { name, value: Math.round(point.eventsPerSecond), unit: 'events/s' },
    { name, value: point.virtualMs / point.timeMs, unit: 'virtual/wall' },
    { name, value: point.bytesPerNode, unit: 'B/node' },
    { name, value: point.rssBytes / 2 ** 20, unit: 'MiB RSS' }
  ]
}

/** Slope of the least squares line through log(time) over log(nodes). */
function exponent(points: readonly Point[]): number {
  const logs = points.map(({ nodes, timeMs }) => [Math.log(nodes), Math.log(timeMs)] as const)
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length
  const products = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return products / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

function pointInChild(scenario: Scenario, nodes: number): Point {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), scenario, String(nodes)]
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  return JSON.parse(output) as Point
}

async function measure(scenario: Scenario, nodes: number): Promise<Point> {
  const { spec, parts } = planOf(scenario, nodes)
  const { timing, summary } = await runScenario(resolveSpec({ ...spec, nodes, seed: SEED }))
  return {
    nodes,
    eventsPerSecond: timing.eventsPerSecond,
    bytesPerNode: summary.bytesPerNode,
    rssBytes: process.resourceUsage().maxRSS * 1_024,
    timeMs: timing.wallMs / parts,
    virtualMs: scenario === 'flood' ? (summary.measures['deliveryMaxMs'] ?? 0) : 1_000
  }
}

function planOf(
  scenario: Scenario,
  nodes: number
): { readonly spec: object; readonly parts: number } {
  if (scenario === 'flood') {
    const messages = Math.max(1, Math.ceil(FLOOD_NODES / nodes))
    const duration = messages * FLOOD_MESSAGE_MS_MAX
    return { spec: { scenario, duration, parameters: { messages } }, parts: messages }
  }
  const { min, max } = HEALTH_S
  const seconds = Math.max(min, Math.min(max, Math.round(HEALTH_NODE_SECONDS / nodes)))
  return { spec: { scenario, duration: seconds * 1_000, faults: [] }, parts: seconds }
}

if (import.meta.main) {
  const [scenario, nodes] = process.argv.slice(2)
  const point = await measure(scenario === 'flood' ? scenario : 'health-detection', Number(nodes))
  process.stdout.write(JSON.stringify(point))
}
