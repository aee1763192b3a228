import type { HealthView, LedgerView, MeshView, NodeView } from '../view.ts'
import type { Definition, Labels } from './instruments.ts'

/** A node's view, read once a scrape. */
export interface Snapshot {
  readonly mesh: MeshView
  readonly health: HealthView
  readonly ledger: LedgerView
  readonly ready: boolean
}

/** A metric that is read from the view and kept nowhere. */
export interface ViewMetric extends Definition {
  readonly type: 'gauge' | 'counter'
  readonly read: (shown: Snapshot, set: (labels: Labels, value: number) => void) => void
}

export function snapshotOf(view: NodeView): Snapshot {
  return {
    mesh: view.mesh(),
    health: view.health(),
    ledger: view.ledger(),
    ready: view.readiness().ready
  }
}

const LINK_ROLES = ['neighbour', 'mate', 'long'] as const

type Read = (shown: Snapshot) => number

const level = (name: string, unit: string, help: string, read: Read): ViewMetric => ({
  ...{ type: 'gauge', name, unit, help, labels: {} },
  read: (shown, set) => set({}, read(shown))
})

const total = (name: string, unit: string, help: string, read: Read): ViewMetric => ({
  ...level(name, unit, help, read),
  type: 'counter'
})

/** What Prometheus learns from the node's view, in the order of the documentation. */
export const VIEW_METRICS: readonly ViewMetric[] = [
  {
    type: 'gauge',
    name: 'torusmesh_node_info',
    unit: 'info',
    help: 'Always 1; who this node is.',
    labels: { network: 'name of the mesh', env: 'dev, beta or mainnet', cell: 'id of its cell' },
    read: ({ mesh }, set) =>
      set({ network: mesh.network, env: mesh.env, cell: String(mesh.self.cell) }, 1)
  },
  level(
    'torusmesh_node_start_time_seconds',
    'seconds',
    'When the node started, Unix time.',
    ({ mesh }) => mesh.self.startedMs / 1_000
  ),
  level('torusmesh_node_ready', 'bool', '1 once the node is ready to serve.', ({ ready }) =>
    Number(ready)
  ),
  {
    type: 'gauge',
    name: 'torusmesh_links',
    unit: 'links',
    help: 'Open links to other nodes.',
    labels: { role: 'neighbour, mate (same cell) or long' },
    read: ({ mesh }, set) => {
      for (const role of LINK_ROLES) {
        set({ role }, mesh.links.filter(link => link.role === role).length)
      }
    }
  },
  {
    type: 'gauge',
    name: 'torusmesh_members',
    unit: 'members',
    help: 'Members of the mesh as this node knows them.',
    labels: { standing: 'alive, suspect, down, left or unknown' },
    read: ({ mesh }, set) => {
      for (const [standing, count] of Object.entries(mesh.standings)) set({ standing }, count)
    }
  },
  level(
    'torusmesh_occupied_cells',
    'cells',
    'Cells of the torus that hold a member.',
    ({ mesh }) => mesh.occupiedCells
  ),
  level(
    'torusmesh_health_self_doubt',
    'bool',
    '1 while the node doubts its own eyes: too many neighbours fell silent at once.',
    ({ health }) => Number(health.doubtsSelf)
  ),
  level(
    'torusmesh_health_held_digests',
    'digests',
    'Cell digests this node holds.',
    ({ health }) => health.digests.length
  ),
  total(
    'torusmesh_health_sent_reports_total',
    'reports',
    'Signed health reports of this node.',
    ({ health }) => health.reportsSent
  ),
  total(
    'torusmesh_health_received_reports_total',
    'reports',
    'Verified health reports of watched members.',
    ({ health }) => health.reportsReceived
  ),
  level(
    'torusmesh_ledger_size_events',
    'events',
    'Events in the ledger.',
    ({ ledger }) => ledger.size
  ),
  level(
    'torusmesh_ledger_checkpointed_events',
    'events',
    'Events under the last signed checkpoint.',
    ({ ledger }) => ledger.lastCheckpointSize
  ),
  level(
    'torusmesh_ledger_read_only',
    'bool',
    '1 while the ledger takes no events, and the node no actions.',
    ({ ledger }) => Number(ledger.readOnly)
  ),
  level(
    'torusmesh_ledger_faults',
    'faults',
    'Faults found in the ledger.',
    ({ ledger }) => ledger.faults.length
  )
]
