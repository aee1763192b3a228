import type { NodeConfig } from '../config/index.ts'
import type { Logger } from '../log/index.ts'
import { suiteNames } from '../node-view.ts'
import { serveApi } from '../serve-api.ts'
import type { DemoSummary } from './demo-summary.ts'
import { type Devnet, type DevnetHost, type DevnetPhase, startDevnet } from './devnet.ts'
import { FalseRemovals, measureBroadcast, measureKills } from './measure.ts'
import { verifyLedgers } from './verify-ledgers.ts'

export type DemoPhase = DevnetPhase | 'broadcast' | 'kills' | 'closing' | 'verifying'

export interface DemoInit {
  readonly nodes: number
  /** How long to run once wired; until `signal` if left out. */
  readonly durationS?: number
  /** Hosts to kill, one after the other. */
  readonly kill: number
  readonly homePath?: string
  readonly config: NodeConfig
  readonly logger: Logger
  readonly signal: AbortSignal
  readonly onProgress: (phase: DemoPhase, done: number, of: number) => void
  readonly onReady: (mesh: DemoMesh) => void
}

/** A running demo, for whoever shows it. */
export interface DemoMesh {
  /** The status API of the first host. */
  readonly apiUrl: string
  rows(): HostRow[]
  readonly sides: readonly number[]
  /** Kills a host at random, as `kill -9` would; its name, or `undefined` if one is left. */
  killOne(): Promise<string | undefined>
}

/** One line of the live table. */
export interface HostRow {
  name: string
  cell: number
  coordinates: number[]
  peer: string
  state: 'up' | 'doubting' | 'killed'
  /** How many others this host knows to be down. */
  knowsDown: number
  linksUp: number
  linksWanted: number
  reportsIn: number
  reportsOut: number
  rejected: number
  ledgerSize: number
  ledgerRoot: string
}

/** Statements for the whole mesh that the demo measures, each by another host. */
const BROADCASTS = 3
/** gossipsub's mesh forms in its first heartbeats. */
const SETTLE_MS = 3_000

/** Runs a mesh in this process, measures it, and says what it did. */
export async function runDemo(init: DemoInit): Promise<DemoSummary> {
  const startedMs = performance.now()
  await using devnet = await startDevnet(init)
  const wiredMs = Math.round(performance.now() - startedMs)
  const falseRemovals = new FalseRemovals(devnet)
  const api = await serveApi(devnet.hosts[0]!.node, init)
  const mesh = meshOf(devnet, api.url)
  init.onReady(mesh)
  const endMs = performance.now() + (init.durationS ?? Number.POSITIVE_INFINITY) * 1_000
  await pause(SETTLE_MS, init.signal)
  const measured = await measure(devnet, init)
  await pause(Math.min(endMs - performance.now(), 2 ** 31 - 1), init.signal)
  const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20)
  const reports = reportsOf(devnet)
  init.onProgress('closing', 0, devnet.hosts.length)
  falseRemovals.stop()
  await api.close()
  await devnet.stop()
  const ledger = await verifyLedgers(devnet, (done, of) => init.onProgress('verifying', done, of))
  return {
    nodes: init.nodes,
    cells: devnet.charter.torus.cells,
    transport: 'tcp',
    suites: suiteNames(),
    wiredMs,
    rssMb,
    reports,
    broadcast: measured.broadcast,
    failures: { ...measured.kills, falseRemovals: falseRemovals.count },
    ledger
  }
}

async function measure(
  devnet: Devnet,
  { kill, signal, onProgress }: DemoInit
): Promise<{
  broadcast: DemoSummary['broadcast']
  kills: Omit<DemoSummary['failures'], 'falseRemovals'>
}> {
  const sources = spread(devnet.alive, BROADCASTS)
  onProgress('broadcast', 0, sources.length)
  const broadcast = await measureBroadcast(devnet, signal.aborted ? [] : sources)
  onProgress('kills', 0, kill)
  const kills = await measureKills(devnet, signal.aborted ? [] : spread(devnet.alive, kill))
  return { broadcast, kills }
}

/** `count` hosts at even distances in the list, the first host (whose API is shown) not among them. */
function spread(hosts: readonly DevnetHost[], count: number): DevnetHost[] {
  const others = hosts.slice(1)
  const wanted = Math.min(count, others.length)
  return Array.from({ length: wanted }, (_, i) => others[Math.floor((i * others.length) / wanted)]!)
}

function reportsOf(devnet: Devnet): DemoSummary['reports'] {
  const reports: DemoSummary['reports'] = { sent: 0, delivered: 0, verified: 0, rejected: {} }
  for (const { node } of devnet.hosts) {
    const { reporter, rejected, statements } = node.parts
    reports.sent += reporter.sent
    reports.delivered += statements.delivered
    reports.verified += reporter.receivedCount
    for (const [reason, count] of rejected) {
      reports.rejected[reason] = (reports.rejected[reason] ?? 0) + count
    }
  }
  return reports
}

function meshOf(devnet: Devnet, apiUrl: string): DemoMesh {
  return {
    apiUrl,
    sides: devnet.charter.torus.sides,
    rows: () => devnet.hosts.map(host => rowOf(devnet, host)),
    async killOne() {
      const victims = devnet.alive.slice(1)
      const victim = victims[Math.floor(Math.random() * victims.length)]
      if (victim === undefined) return undefined
      await devnet.kill(victim)
      return victim.name
    }
  }
}

function rowOf({ charter }: Devnet, { name, node, killed }: DevnetHost): HostRow {
  const { self, links, overlay, reporter, rejected, ledger, watcher, directory } = node.parts
  let dropped = 0
  for (const count of rejected.values()) dropped += count
  const head = ledger.head()
  return {
    name,
    cell: self.cell,
    coordinates: charter.torus.coordsOf(self.cell),
    peer: self.peer,
    state: killed ? 'killed' : watcher.doubtsSelf ? 'doubting' : 'up',
    knowsDown: directory.countStanding('down'),
    linksUp: links.links.size,
    linksWanted: overlay.wanted.length,
    reportsIn: reporter.receivedCount,
    reportsOut: reporter.sent,
    rejected: dropped,
    ledgerSize: head.size,
    ledgerRoot: Buffer.from(head.root).toString('hex')
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
