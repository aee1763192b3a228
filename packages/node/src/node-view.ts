import type { Ledger } from '@torusmesh/ledger'
import { bytesToHex, envName, SUITES, SuiteId } from '@torusmesh/protocol'
import type { NodeParts } from './node.ts'
import { roleOf } from './overlay/positions.ts'
import type { Watched } from './runtime/watch-list.ts'
import type {
  HealthView,
  LedgerView,
  LinkView,
  MemberView,
  MeshView,
  NodeView,
  ReportView,
  Standing
} from './view.ts'

const STATUSES = ['healthy', 'degraded'] as const
const SERVICE_STATES = ['up', 'degraded', 'down'] as const

/** What a node shows of itself, read from its parts at each call. */
export function createNodeView(parts: NodeParts, isWired: () => boolean): NodeView {
  return {
    mesh: () => meshOf(parts),
    nodes: () => membersOf(parts),
    health: () => healthOf(parts),
    ledger: () => ledgerView(parts.ledger),
    readiness: () => readinessOf(parts, isWired())
  }
}

function meshOf(parts: NodeParts): MeshView {
  const { charter, directory, self, host, watcher, startedMs } = parts
  const standings: Record<Standing, number> = { alive: 0, suspect: 0, down: 0, left: 0, unknown: 0 }
  for (const { key } of directory.members()) standings[standingOf(parts, key)]++
  return {
    network: charter.network,
    env: envName(charter.env),
    sides: [...charter.torus.sides],
    cells: charter.torus.cells,
    occupiedCells: directory.takeover().occupied.length,
    members: directory.size,
    standings,
    self: {
      member: self.key,
      peer: self.peer,
      cell: self.cell,
      coordinates: charter.torus.coordsOf(self.cell),
      addresses: host.getMultiaddrs().map(address => address.toString()),
      incarnation: watcher.incarnation,
      startedMs
    },
    suites: suiteNames(),
    links: linksOf(parts)
  }
}

export function suiteNames(): MeshView['suites'] {
  return {
    identity: SUITES[SuiteId.mlDsa65].name,
    report: SUITES[SuiteId.falcon512].name,
    checkpoint: SUITES[SuiteId.mlDsa44].name
  }
}

function linksOf(parts: NodeParts): LinkView[] {
  const { links, directory, context } = parts
  return [...links.links.values()]
    .map(({ member, openedMs }) => ({
      member: member.key,
      peer: member.peer,
      cell: member.cell,
      role: roleOf(directory, member),
      state: standingOf(parts, member.key),
      openedMs: context.clock.wallMs() - (context.clock.monotonicMs() - openedMs),
      score: context.gossip.score(member.peer)
    }))
    .sort((a, b) => a.cell - b.cell || (a.member < b.member ? -1 : 1))
}

function membersOf(parts: NodeParts): MemberView[] {
  const { directory, charter, self, links } = parts
  return [...directory.members()].map(({ key, peer, cell }) => ({
    member: key,
    peer,
    cell,
    coordinates: charter.torus.coordsOf(cell),
    standing: standingOf(parts, key),
    incarnation: directory.incarnation(key),
    self: key === self.key,
    linked: links.links.has(key)
  }))
}

/** The detector's word for those this node watches, what it was told for the rest. */
function standingOf({ context, watcher, directory }: NodeParts, key: string): Standing {
  const watched = context.watchList.get(key)
  return watched === undefined ? directory.standing(key) : watcher.state(watched)
}

function healthOf(parts: NodeParts): HealthView {
  const { watcher, context, digests, uptime, reporter, rejected } = parts
  return {
    doubtsSelf: watcher.doubtsSelf,
    reports: [...context.watchList.values()].flatMap(watched => reportOf(parts, watched)),
    digests: digests.shown(),
    uptime: uptime.shown(),
    reportsSent: reporter.sent,
    reportsReceived: reporter.receivedCount,
    rejected: Object.fromEntries([...rejected].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
}

function reportOf({ watcher }: NodeParts, watched: Watched): ReportView[] {
  if (watched.held === undefined) return []
  const { report, receivedMs } = watched.held
  return [
    {
      member: watched.member.key,
      cell: watched.member.cell,
      state: watcher.state(watched),
      status: STATUSES[report.status] ?? 'degraded',
      incarnation: report.incarnation,
      uptimeMs: report.uptimeMs,
      receivedMs,
      ledger: {
        size: report.ledger?.size ?? 0,
        root: bytesToHex(report.ledger?.root ?? new Uint8Array(0))
      },
      services: (report.services ?? []).map(({ name, state }) => ({
        name: name ?? '',
        state: SERVICE_STATES[state ?? 0] ?? 'down'
      })),
      resources: {
        cpuPermille: report.resources?.cpuPermille ?? 0,
        rssMb: report.resources?.rssMb ?? 0,
        diskFreeMb: report.resources?.diskFreeMb ?? 0,
        loopLagMs: report.resources?.loopLagMs ?? 0
      }
    }
  ]
}

export function ledgerView(ledger: Ledger): LedgerView {
  const { size, root } = ledger.head()
  return {
    size,
    root: bytesToHex(root),
    lastCheckpointSize: ledger.signed?.size ?? 0,
    readOnly: ledger.readOnly,
    faults: ledger.faults.map(({ fault, seq, detail }) => ({ fault, seq, detail }))
  }
}

function readinessOf(
  { ledger, links, voice }: NodeParts,
  wired: boolean
): ReturnType<NodeView['readiness']> {
  const waitingFor: string[] = []
  if (ledger.readOnly) waitingFor.push('a ledger that can be written')
  if (!voice.isOpen) waitingFor.push('its vault to be unlocked')
  if (!wired) waitingFor.push(`links to neighbours (${links.links.size} open)`)
  return { ready: waitingFor.length === 0, waitingFor }
}
