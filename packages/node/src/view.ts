/** What a node shows of itself: the one source of the HTTP API, the metrics and the live table. */
export interface NodeView {
  mesh(): MeshView
  nodes(): MemberView[]
  health(): HealthView
  ledger(): LedgerView
  readiness(): { ready: boolean; waitingFor: string[] }
}

/** Where a member stands as this node knows it; `unknown` until something is heard. */
export type Standing = 'alive' | 'suspect' | 'down' | 'left' | 'unknown'

export interface MeshView {
  network: string
  env: 'dev' | 'beta' | 'mainnet'
  sides: number[]
  cells: number
  occupiedCells: number
  members: number
  standings: Record<Standing, number>
  self: {
    member: string
    peer: string
    cell: number
    coordinates: number[]
    addresses: string[]
    incarnation: number
    startedMs: number
  }
  suites: { identity: string; report: string; checkpoint: string }
  links: LinkView[]
}

export interface LinkView {
  member: string
  peer: string
  cell: number
  /** Why the link exists: a torus neighbour, a member of the same cell, or a long link. */
  role: 'neighbour' | 'mate' | 'long'
  state: Standing
  openedMs: number
  /** gossipsub's score of the peer. */
  score: number
}

export interface MemberView {
  /** Member id, 64 hexadecimal digits. */
  member: string
  peer: string
  cell: number
  coordinates: number[]
  standing: Standing
  incarnation: number
  self: boolean
  linked: boolean
}

export interface HealthView {
  /** The node doubts its own eyes: too many of its neighbours fell silent at once. */
  doubtsSelf: boolean
  /** Latest verified report of each watched neighbour. */
  reports: ReportView[]
  /** Cell digests this node holds, those of cells that differ from "all well" first. */
  digests: DigestView[]
  /** Witnessed seconds heard and watched, per member and epoch, newest first. */
  uptime: { member: string; epoch: number; heardS: number; watchedS: number; witnesses: number }[]
  reportsSent: number
  reportsReceived: number
  /** Messages dropped before they could have an effect, by reason. */
  rejected: Record<string, number>
}

export interface ReportView {
  member: string
  cell: number
  state: Standing
  status: 'healthy' | 'degraded'
  incarnation: number
  uptimeMs: number
  receivedMs: number
  ledger: { size: number; root: string }
  services: { name: string; state: 'up' | 'degraded' | 'down' }[]
  resources: { cpuPermille: number; rssMb: number; diskFreeMb: number; loopLagMs: number }
}

export interface DigestView {
  cell: number
  epoch: number
  members: number
  alive: number
  degraded: number
  down: number
  steward: string
  witness: string
}

export interface LedgerView {
  size: number
  /** RFC 6962 root over all events, hexadecimal. */
  root: string
  lastCheckpointSize: number
  readOnly: boolean
  faults: { fault: string; seq: number; detail: string }[]
}

/** Something happened that people may want to see; `seq` is the ledger sequence behind it. */
export interface NodeEvent {
  seq: number
  timeMs: number
  type: string
  summary: string
}
