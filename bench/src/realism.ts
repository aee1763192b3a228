import { monitorEventLoopDelay } from 'node:perf_hooks'
import {
  broadcastFrom,
  createLogger,
  type Devnet,
  type DevnetHost,
  killAndWait,
  resolveConfig,
  startDevnet
} from '@torusmesh/node'
import {
  findScenario,
  type LatencySpec,
  type Merged,
  pairDelaysMs,
  type RunSpec,
  resolveSpec,
  runScenario,
  type Scenario,
  type Topology
} from '@torusmesh/simulations'
import { createTorus, type LongLinks, type Torus } from '@torusmesh/torus'
import { distanceOf, quantile, type Sample, sampleOf } from './distribution.ts'
import { median, type Row } from './row.ts'

/** Of the broadcast scenario; decides delays, sources and meshes. */
const SEED = 1
const LATENCY: LatencySpec = { model: 'lognormal', medianMs: 60, sigmaPermille: 600 }
const MESSAGES = 24
const WARMUP_MS = 3_000
const SETTLE_MS = 5_000
const PER_SECOND = 4
/**
 * A broadcast during which the thread of all hosts stood still for longer is repeated: that isn't the
 * network. More hosts have more threads, and never keep still.
 */
const STALL_MAX_MS = 15
const TRIES = 5
const ONE_THREAD_HOSTS = 64
/** gossipsub's meshes form in the first heartbeats of the last host. */
const MESHES_FORM_MS = 5_000

const VICTIMS = 5
const FIRST_KILL_MS = 15_000
const NEXT_KILL_MS = 5_000
const AFTER_KILLS_MS = 25_000
/** Neighbours on a torus of three sides above 2. */
const NEIGHBOURS = 6
/** Of the times that the health scenario counts. */
const BUCKET_MS = 4

/** What a live mesh and its simulation did, by figure. */
interface Compared {
  readonly name: string
  readonly live: Sample
  readonly simulated: Sample
  readonly model: string
}

/** A live mesh with injected delays beside its simulation: the same links, delays, sources, victims. */
export async function realismRows(nodes = 64): Promise<Row[]> {
  const compared = [await compareBroadcasts(nodes), await compareKills(nodes)]
  return compared.flat().flatMap(rowsOf)
}

function rowsOf({ name, live, simulated, model }: Compared): Row[] {
  const row = (figure: string, percent: number): Row => {
    const value = quantile(live, percent)
    const other = quantile(simulated, percent)
    const peer = `simulated, ${model}: ${other.toFixed(1)} ms`
    return { name: `${name}, ${figure}`, value, unit: 'ms', peer, ratio: value / other }
  }
  return [
    ...[row('p50', 50), row('p90', 90), row('p99', 99), row('max', 100)],
    {
      name: `${name}, Kolmogorov–Smirnov distance`,
      value: distanceOf(live, simulated),
      unit: `n ${live.length}`,
      peer: `simulated, ${model}, n ${simulated.length}`
    }
  ]
}

async function compareBroadcasts(nodes: number): Promise<Compared[]> {
  const spec = resolveSpec({
    ...{ scenario: 'broadcast', nodes, seed: SEED },
    duration: WARMUP_MS + (MESSAGES * 1_000) / PER_SECOND + SETTLE_MS,
    network: { latency: LATENCY, jitterSigmaPermille: 0 },
    parameters: {
      ...{ overlay: 'torus-long', carrier: 'gossipsub', processMs: 0 },
      ...{ warmupMs: WARMUP_MS, settleMs: SETTLE_MS, publishPerSecond: PER_SECOND },
      // As a live node sets them.
      ...{ meshDegree: 6, meshMax: 8, idontwantBytes: 8_192, sizeBytes: 1_000 }
    }
  })
  const oneWayMs = pairDelaysMs(spec)
  const live = await liveBroadcasts(spec, oneWayMs)
  // The scenario takes whole ms.
  const processMs = Math.max(1, Math.round(live.hopMs))
  const simulated = async (ms: number): Promise<Sample> => {
    const parameters = { ...spec.parameters, processMs: ms }
    const scenario = on(live.topology, 'broadcast')
    const { tables } = await runScenario({ ...spec, parameters }, { scenario })
    const { delayMs, deliveries } = tables['delays'] as Record<string, Float64Array>
    return [...delayMs!].flatMap((delay, i) => new Array<number>(deliveries![i]!).fill(delay + 0.5))
  }
  const name = `mesh of ${nodes}: broadcast heard`
  const hop = `${processMs} ms a hop (live: ${live.hopMs.toFixed(1)})`
  return [
    { name: `${name}, all`, live: live.allMs, simulated: await simulated(processMs), model: hop },
    { name, live: live.quietMs, simulated: await simulated(processMs), model: hop },
    { name, live: live.quietMs, simulated: await simulated(0), model: 'the wire alone' }
  ]
}

interface LiveBroadcasts {
  readonly topology: Topology
  /** Of all broadcasts. */
  readonly allMs: Sample
  /** One from each source: the first during which the first thread never stood still, else the last try. */
  readonly quietMs: Sample
  /** From the sending to the first copy at a peer of the source, less what the wire takes; the median. */
  readonly hopMs: number
}

async function liveBroadcasts(spec: RunSpec, oneWayMs: Float32Array): Promise<LiveBroadcasts> {
  const { nodes } = spec
  await using devnet = await startMesh(nodes, oneWayMs)
  const topology = topologyOf(devnet)
  const { tables } = await runScenario(spec, { scenario: on(topology, 'broadcast') })
  const sources = tables['messages']!['source'] as Int32Array
  await pause(MESHES_FORM_MS)
  const all: number[] = []
  const quiet: number[] = []
  const hopsMs: number[] = []
  for (const source of sources) {
    for (let left = nodes <= ONE_THREAD_HOSTS ? TRIES : 1; left > 0; left--) {
      const stall = monitorEventLoopDelay({ resolution: 1 })
      stall.enable()
      const heardMs = await broadcastFrom(devnet, devnet.hosts[source]!)
      stall.disable()
      all.push(...heardMs.values())
      if (left > 1 && stall.max / 1e6 > STALL_MAX_MS) continue
      quiet.push(...heardMs.values())
      for (const peer of peersOf(topology, source)) {
        hopsMs.push(heardMs.get(peer)! - oneWayMs[source * nodes + peer]!)
      }
      break
    }
  }
  return { topology, allMs: sampleOf(all), quietMs: sampleOf(quiet), hopMs: median(hopsMs) }
}

async function compareKills(nodes: number): Promise<Compared[]> {
  const victims = farApart(createTorus(sidesOf(nodes)), VICTIMS)
  const spec = resolveSpec({
    ...{ scenario: 'health-detection', nodes, seed: SEED },
    duration: FIRST_KILL_MS + VICTIMS * NEXT_KILL_MS + AFTER_KILLS_MS,
    network: { latency: LATENCY, jitterSigmaPermille: 0, loss: { model: 'none' } },
    faults: victims.map((victim, i) => ({
      ...{ kind: 'crash', nodes: [victim], mode: 'closed' },
      atMs: FIRST_KILL_MS + i * NEXT_KILL_MS
    })),
    parameters: { preset: 'local', links: 'long' }
  })
  const { topology, knownMs, downMs } = await liveKills(spec, victims)
  let spread: Int32Array[] = []
  const scenario = on(topology, 'health-detection', results => {
    spread = results.map(result => (result as { spread: Int32Array }).spread)
  })
  const { tables } = await runScenario(spec, { scenario })
  const detections = tables['detections'] as Record<string, Int32Array>
  const found = [...detections['downMs']!].map((ms, i) => ms - detections['crashedMs']![i]!)
  const known = spread.flatMap(counts =>
    [...counts].flatMap((count, i) => new Array<number>(count).fill((i + 0.5) * BUCKET_MS))
  )
  const name = `mesh of ${nodes}: killed host`
  const model = 'no CPU, no disk'
  return [
    { name: `${name} down for its watchers`, live: downMs, simulated: sampleOf(found), model },
    { name: `${name} known to all`, live: knownMs, simulated: sampleOf(known), model }
  ]
}

async function liveKills(
  spec: RunSpec,
  victims: readonly number[]
): Promise<{ topology: Topology; knownMs: Sample; downMs: Sample }> {
  await using devnet = await startMesh(spec.nodes, pairDelaysMs(spec))
  // Who watches a host is in its reports: without them nobody's word against it counts.
  while ((await devnet.rows()).some(({ reportsIn }) => reportsIn < NEIGHBOURS)) await pause(200)
  await pause(MESHES_FORM_MS)
  const topology = topologyOf(devnet)
  const known: number[] = []
  const down: number[] = []
  for (const victim of victims) {
    const times = await killAndWait(devnet, devnet.hosts[victim]!)
    known.push(...times.values())
    for (const [host, ms] of times) if (topology.distance!(host, victim) === 1) down.push(ms)
    await pause(NEXT_KILL_MS - 2_000)
  }
  return { topology, knownMs: sampleOf(known), downMs: sampleOf(down) }
}

async function startMesh(nodes: number, oneWayMs: Float32Array): Promise<Devnet> {
  const flags = {
    'listen.address': '/ip4/127.0.0.1/tcp/0',
    'overlay.dialTimeoutMs': '15000',
    'log.level': 'silent'
  }
  const { config } = resolveConfig({ flags })
  const logger = createLogger({ ...config.log, destination: { write: () => undefined } })
  return await startDevnet({
    ...{ nodes, oneWayMs, config, logger },
    onProgress: (phase, done, of) => process.stderr.write(`\r${phase} ${done}/${of}   `)
  })
}

/** A scenario of the catalogue, on the links of a live mesh. */
function on(
  topology: Topology,
  name: string,
  onResults: (results: readonly unknown[]) => void = () => undefined
): Scenario {
  const scenario = findScenario(name)!
  return {
    ...scenario,
    topology: () => topology,
    merge(setup, results): Merged {
      onResults(results)
      return scenario.merge(setup, results)
    }
  }
}

/** The links that a mesh with one host a cell keeps; a host's index is its number. */
function topologyOf(devnet: Devnet): Topology {
  const { torus, longLinks, founders } = devnet.firstNode.parts.charter
  const cells = devnet.hosts.map(({ member }: DevnetHost) => founders.byKey.get(member)!.cell)
  if (cells.some((cell, index) => cell !== index) || cells.length !== torus.cells) {
    throw new Error('take 8, 27, 64, 125, 216, 343 or 512 hosts: one in each cell')
  }
  const peers = cells.map(cell => linksOf(torus, longLinks, cell))
  return {
    nodes: cells.length,
    degree: NEIGHBOURS + 2,
    peer: (node, link) => peers[node]![link] ?? -1,
    back: (node, link) => peers[peers[node]![link]!]?.indexOf(node) ?? -1,
    shards: 1,
    firstOf: shard => shard * cells.length,
    shardOf: () => 0,
    distance: (a, b) => torus.distance(a, b)
  }
}

function linksOf(torus: Torus, { dials, accepts }: LongLinks, cell: number): number[] {
  return [...new Set([...torus.neighbours(cell), dials[cell]!, accepts[cell]!])]
}

function peersOf({ degree, peer }: Topology, node: number): number[] {
  return Array.from({ length: degree }, (_, link) => peer(node, link)).filter(other => other >= 0)
}

function sidesOf(nodes: number): number[] {
  return new Array<number>(3).fill(Math.round(Math.cbrt(nodes)))
}

/** Cells each of which is as far as can be from those before; the first host isn't among them. */
function farApart(torus: Torus, count: number): number[] {
  const chosen: number[] = [Math.floor(torus.cells / 2) + 1]
  while (chosen.length < count) {
    const gapOf = (cell: number): number =>
      Math.min(...chosen.map(other => torus.distance(cell, other)))
    let best = 1
    for (let cell = 1; cell < torus.cells; cell++) if (gapOf(cell) > gapOf(best)) best = cell
    chosen.push(best)
  }
  return chosen
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))
