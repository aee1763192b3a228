import { randomInt } from 'node:crypto'
import type { NodeConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { suiteNames } from '../node-view.ts'
import { type ServedApi, serveApi } from '../serve-api.ts'
import type { DemoSummary } from './demo-summary.ts'
import { type Devnet, type DevnetHost, type DevnetPhase, startDevnet } from './devnet.ts'
import type { HostRow } from './host-row.ts'
import { FalseRemovals, type MeasureOptions, measureBroadcast, measureKills } from './measure.ts'

export type DemoPhase = DevnetPhase | 'broadcast' | 'kills' | 'closing' | 'verifying'

export interface DemoInit {
  readonly nodes: number
  /** How long to run once wired; until `signal` if left out. */
  readonly durationS?: number
  /** Hosts to kill, one after the other. */
  readonly kill: number
  readonly homePath?: string
  /** See {@link DevnetInit.oneWayMs}. */
  readonly oneWayMs?: Float32Array
  readonly config: NodeConfig
  readonly logger: Logger
  /** Ends the run; before all hosts are wired, `runDemo` rejects with its reason. */
  readonly signal: AbortSignal
  readonly onProgress: (phase: DemoPhase, done: number, of: number) => void
  readonly onReady: (mesh: DemoMesh) => void
}

/** A running demo, for whoever shows it. */
export interface DemoMesh {
  /** The API of the first host; `api.json` in a host's folder says how that one is reached. */
  readonly apiUrl: string
  /** Holds a folder for each host. */
  readonly folder: string
  /** As of a second ago at most while it is asked for each second. */
  rows(): HostRow[]
  readonly sides: readonly number[]
  /** Kills a host at random, as `kill -9` would; its name, or `undefined` if one is left. */
  killOne(): Promise<string | undefined>
}

/** Statements for the whole mesh that the demo measures, each by another host. */
const BROADCASTS = 3
/** gossipsub's mesh forms in its first heartbeats. */
const SETTLE_MS = 3_000

/** Runs a mesh in this process, measures it, and says what it did. */
export async function runDemo(init: DemoInit): Promise<DemoSummary> {
  const startedMs = performance.now()
  await using devnet = await startDevnet(init)
  const wiredMs = Math.round(devnet.wiredAtMs - startedMs)
  const figures = await show(devnet, init)
  init.onProgress('closing', 0, devnet.hosts.length)
  await devnet.stop()
  const ledger = await devnet.verify((done, of) => init.onProgress('verifying', done, of))
  return {
    nodes: init.nodes,
    cells: devnet.sides.reduce((cells, side) => cells * side, 1),
    transport: 'tcp',
    suites: suiteNames(),
    wiredMs,
    ...figures,
    ledger
  }
}

/** What a wired mesh does until its time is over. */
async function show(
  devnet: Devnet,
  init: DemoInit
): Promise<Pick<DemoSummary, 'rssMb' | 'reports' | 'broadcast' | 'failures'>> {
  const { signal, durationS = Number.POSITIVE_INFINITY } = init
  const falseRemovals = new FalseRemovals(devnet)
  const apis = await serveAll(devnet, init)
  try {
    init.onReady(await meshOf(devnet, apis[0]!.url))
    const endMs = performance.now() + durationS * 1_000
    await pause(SETTLE_MS, signal)
    const { broadcast, kills } = await measure(devnet, init)
    await pause(Math.min(endMs - performance.now(), 2 ** 31 - 1), signal)
    return {
      rssMb: Math.round(process.memoryUsage.rss() / 2 ** 20),
      reports: await devnet.reports(),
      broadcast,
      failures: { ...kills, falseRemovals: falseRemovals.count }
    }
  } finally {
    falseRemovals.stop()
    await Promise.all(apis.map(api => api.close()))
  }
}

/** Hosts whose API is served: people look at some, and each has routes and schemas of its own. */
const SERVED_MAX = 8

/** An API for each host, which its folder tells the command line of; the first takes the port asked for. */
async function serveAll(devnet: Devnet, init: DemoInit): Promise<ServedApi[]> {
  const apis: ServedApi[] = []
  for (const { node } of devnet.localNodes.slice(0, SERVED_MAX)) {
    const port = apis.length === 0 ? init.config.api.port : 0
    const config = { ...init.config, api: { ...init.config.api, port } }
    const api = await serveApi(node, { ...init, config })
    apis.push(api)
    await node.parts.home.saveApiAccess({ url: api.url, token: api.token, pid: process.pid })
  }
  return apis
}

async function measure(
  devnet: Devnet,
  { kill, signal, onProgress }: DemoInit
): Promise<{
  broadcast: DemoSummary['broadcast']
  kills: Omit<DemoSummary['failures'], 'falseRemovals'>
}> {
  const options = (phase: DemoPhase): MeasureOptions => ({
    signal,
    onProgress: (done, of) => onProgress(phase, done, of)
  })
  const sources = spread(devnet.alive, BROADCASTS)
  const broadcast = await measureBroadcast(devnet, sources, options('broadcast'))
  const kills = await measureKills(devnet, spread(devnet.alive, kill), options('kills'))
  return { broadcast, kills }
}

/** `count` hosts at even distances in the list, the first host (whose API is shown) not among them. */
function spread(hosts: readonly DevnetHost[], count: number): DevnetHost[] {
  const others = hosts.slice(1)
  const wanted = Math.min(count, others.length)
  return Array.from({ length: wanted }, (_, i) => others[Math.floor((i * others.length) / wanted)]!)
}

const ROWS_MAX_AGE_MS = 900

async function meshOf(devnet: Devnet, apiUrl: string): Promise<DemoMesh> {
  let rows = await devnet.rows()
  let askedMs = performance.now()
  const refresh = async (): Promise<void> => {
    askedMs = performance.now()
    rows = await devnet.rows()
  }
  return {
    apiUrl,
    folder: devnet.folder,
    sides: devnet.sides,
    rows() {
      // While the mesh stops there is nothing new to see.
      if (performance.now() - askedMs > ROWS_MAX_AGE_MS) refresh().catch(() => undefined)
      return rows
    },
    async killOne() {
      const victims = devnet.alive.filter(({ index }) => index !== 0)
      const victim = victims[randomInt(Math.max(1, victims.length))]
      if (victim === undefined) return undefined
      await devnet.kill(victim)
      await refresh()
      return victim.name
    }
  }
}

/** Resolves after `ms`, or as soon as `signal` fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const timer = setTimeout(done, ms)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}
