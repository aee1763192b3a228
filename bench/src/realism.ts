import {
  findScenario,
  type LatencySpec,
  type Merged,
  pairDelaysMs,
  type RunOutcome,
  type RunSpec,
  resolveSpec,
  runScenario,
  type Scenario,
  type Topology
} from '@torusmesh/simulations'
import { createTorus, type Torus } from '@torusmesh/torus'
import { distanceOf, quantile, type Sample, sampleOf } from './distribution.ts'
import { type Live, type LiveBroadcasts, type LiveKills, runLive } from './realism-live.ts'
import { phase } from './realism-phase.ts'
import type { Row } from './row.ts'

const SIZES = [27, 64, 125, 216, 343, 512]
/** Of both scenarios; decides delays, sources and meshes. */
const SEED = 1
const LATENCY: LatencySpec = { model: 'lognormal', medianMs: 60, sigmaPermille: 600 }
const MESSAGES = 24
const WARMUP_MS = 3_000
const SETTLE_MS = 5_000
const PER_SECOND = 4

const VICTIMS = 5
const FIRST_KILL_MS = 15_000
const NEXT_KILL_MS = 5_000
const AFTER_KILLS_MS = 25_000
/** Of the times that the health scenario counts. */
const BUCKET_MS = 4

const SIMULATION_DEADLINE_MS = 60_000

/** What a live mesh and its simulation did, by figure; `undefined` is what a deadline cut off. */
interface Compared {
  readonly name: string
  readonly live: Sample | undefined
  readonly simulated: Sample | undefined
  readonly model: string
}

/**
 * A live mesh with injected delays beside its simulation: the same links, delays, sources, victims.
 *
 * @param nodes - 27, 64, 125, 216, 343 or 512, for one host stands in each cell
 */
export async function realismRows(nodes = 64): Promise<Row[]> {
  if (!SIZES.includes(nodes)) throw new Error(`${nodes} hosts: take one of ${SIZES.join(', ')}`)
  const broadcast = broadcastSpec(nodes)
  const victims = farApart(createTorus(sidesOf(nodes)), VICTIMS)
  const live = await runLive({
    ...{ nodes, victims, oneWayMs: pairDelaysMs(broadcast) },
    async sourcesOn(topology) {
      const { tables } = await runScenario(broadcast, { scenario: on(topology, 'broadcast') })
      return tables['messages']!['source'] as Int32Array
    }
  })
  return [
    ...(await broadcastRows(broadcast, live)),
    ...(await killRows(killSpec(nodes, victims), live))
  ]
}

function rowsOf({ name, live, simulated, model }: Compared): Row[] {
  const what = `simulated, ${model}`
  if (live === undefined || simulated === undefined) {
    return [{ name, value: Number.NaN, unit: 'ms, not reached', peer: what }]
  }
  const row = (figure: string, percent: number): Row => {
    const value = quantile(live, percent)
    const other = quantile(simulated, percent)
    const peer = `${what}: ${other.toFixed(1)} ms`
    if (value === Number.POSITIVE_INFINITY) {
      return { name: `${name}, ${figure}`, value: Number.NaN, unit: 'ms, not reached', peer }
    }
    return { name: `${name}, ${figure}`, value, unit: 'ms', peer, ratio: value / other }
  }
  return [
    ...[row('p50', 50), row('p90', 90), row('p99', 99), row('max', 100)],
    {
      name: `${name}, Kolmogorov–Smirnov distance`,
      value: distanceOf(live, simulated),
      unit: `n ${live.length}`,
      peer: `${what}, n ${simulated.length}`
    }
  ]
}

function broadcastSpec(nodes: number): RunSpec {
  return resolveSpec({
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
}

async function broadcastRows(spec: RunSpec, live: Live | undefined): Promise<Row[]> {
  const name = `mesh of ${spec.nodes}: broadcast heard`
  const measured = live?.broadcasts
  if (live === undefined || measured === undefined) {
    return rowsOf({ name, live: undefined, simulated: undefined, model: 'gossipsub' })
  }
  // The scenario takes whole ms.
  const processMs = Math.max(1, Math.round(measured.hopMs))
  const hop = await simulatedBroadcasts(spec, live.topology, processMs)
  const wire = await simulatedBroadcasts(spec, live.topology, 0)
  const model = `${processMs} ms a hop (live: ${measured.hopMs.toFixed(1)})`
  const quiet = { name: `${name}, stalled ones repeated`, live: measured.quietMs }
  const all = { name: `${name}, all sendings`, live: measured.allMs, simulated: hop, model }
  const alone = { simulated: wire, model: 'the wire alone' }
  const compared =
    quiet.live === undefined
      ? [all, { ...all, ...alone }]
      : [all, { ...quiet, simulated: hop, model }, { ...quiet, ...alone }]
  return [...compared.flatMap(rowsOf), stallRow(spec.nodes, measured)]
}

function stallRow(nodes: number, { stalled, sendings }: LiveBroadcasts): Row {
  return {
    name: `mesh of ${nodes}: sendings during a stall of the hosts' thread`,
    value: Math.round((1_000 * stalled) / sendings) / 10,
    unit: `% of ${sendings}`
  }
}

async function simulatedBroadcasts(
  spec: RunSpec,
  topology: Topology,
  processMs: number
): Promise<Sample | undefined> {
  const parameters = { ...spec.parameters, processMs }
  const outcome = await simulated({ ...spec, parameters }, on(topology, 'broadcast'))
  if (outcome === undefined) return undefined
  const { delayMs, count } = outcome.tables['delays'] as Record<string, Float64Array>
  return [...delayMs!].flatMap((delay, i) => new Array<number>(count![i]!).fill(delay + 0.5))
}

async function simulated(spec: RunSpec, scenario: Scenario): Promise<RunOutcome | undefined> {
  return await phase(`simulated ${spec.scenario}`, SIMULATION_DEADLINE_MS, (signal, tell) =>
    runScenario(spec, {
      ...{ scenario, signal },
      onProgress: ({ virtualMs, ofMs }) => tell('ms', Math.round(virtualMs), ofMs)
    })
  )
}

function killSpec(nodes: number, victims: readonly number[]): RunSpec {
  return resolveSpec({
    ...{ scenario: 'health-detection', nodes, seed: SEED },
    duration: FIRST_KILL_MS + VICTIMS * NEXT_KILL_MS + AFTER_KILLS_MS,
    network: { latency: LATENCY, jitterSigmaPermille: 0, loss: { model: 'none' } },
    faults: victims.map((victim, i) => ({
      ...{ kind: 'crash', nodes: [victim], mode: 'closed' },
      atMs: FIRST_KILL_MS + i * NEXT_KILL_MS
    })),
    parameters: { preset: 'local', links: 'long' }
  })
}

async function killRows(spec: RunSpec, live: Live | undefined): Promise<Row[]> {
  const name = `mesh of ${spec.nodes}: killed host`
  const measured: LiveKills | undefined = live?.kills
  const found = live && measured ? await simulatedKills(spec, live.topology) : undefined
  const model = 'no CPU, no disk'
  return [
    { name: `${name} down for its watchers`, live: measured?.downMs, simulated: found?.downMs },
    { name: `${name} known to all`, live: measured?.knownMs, simulated: found?.knownMs }
  ].flatMap(compared => rowsOf({ ...compared, model }))
}

async function simulatedKills(spec: RunSpec, topology: Topology): Promise<LiveKills | undefined> {
  let spread: Int32Array[] = []
  const scenario = on(topology, 'health-detection', results => {
    spread = results.map(result => (result as { spread: Int32Array }).spread)
  })
  const outcome = await simulated(spec, scenario)
  if (outcome === undefined) return undefined
  const { downAfterMs } = outcome.tables['detections'] as Record<string, Float64Array>
  const knownMs = spread.flatMap(counts =>
    [...counts].flatMap((count, i) => new Array<number>(count).fill((i + 0.5) * BUCKET_MS))
  )
  return { downMs: sampleOf(downAfterMs!.filter(Number.isFinite)), knownMs: sampleOf(knownMs) }
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
