import { hash } from 'node:crypto'
import type {
  EventPort,
  InvitePort,
  LedgerEvent,
  LedgerPort,
  VerifyProgress,
  VerifyResult
} from '../../../src/api/index.ts'
import type {
  HealthView,
  LedgerView,
  MemberView,
  MeshView,
  NodeEvent,
  NodeView,
  Standing
} from '../../../src/view.ts'

/** A member id made of a number, 64 hexadecimal digits. */
export const memberId = (number: number): string => number.toString(16).padStart(64, '0')

const START_MS = 1_800_000_000_000
const root = hash('sha256', 'root')
const counts: Record<Standing, number> = { alive: 6, suspect: 0, down: 1, left: 1, unknown: 0 }

export function memberView(number: number, changes: Partial<MemberView> = {}): MemberView {
  return {
    member: memberId(number),
    peer: `12D3KooW${number}`,
    cell: number % 8,
    coordinates: [number & 1, (number >> 1) & 1, (number >> 2) & 1],
    standing: 'alive',
    incarnation: 0,
    self: number === 0,
    linked: number === 1 || number === 2,
    ...changes
  }
}

function meshView(): MeshView {
  const link = (number: number, role: MeshView['links'][number]['role']): MeshView['links'][0] => ({
    member: memberId(number),
    peer: `12D3KooW${number}`,
    cell: number % 8,
    role,
    state: 'alive',
    openedMs: START_MS + 1_000,
    score: 1.5
  })
  return {
    network: 'demo',
    env: 'dev',
    sides: [2, 2, 2],
    cells: 8,
    occupiedCells: 8,
    members: 8,
    standings: { ...counts },
    self: {
      member: memberId(0),
      peer: '12D3KooW0',
      cell: 0,
      coordinates: [0, 0, 0],
      addresses: ['/ip4/127.0.0.1/tcp/4801'],
      incarnation: 0,
      startedMs: START_MS
    },
    suites: { identity: 'ml-dsa-65', report: 'falcon-512', checkpoint: 'ml-dsa-44' },
    links: [link(2, 'neighbour'), link(1, 'neighbour'), link(7, 'long')]
  }
}

function healthView(): HealthView {
  return {
    doubtsSelf: false,
    reports: [2, 1].map(number => ({
      member: memberId(number),
      cell: number,
      state: 'alive',
      status: 'healthy',
      incarnation: 0,
      uptimeMs: 60_000,
      receivedMs: START_MS + 60_000,
      ledger: { size: 40, root },
      services: [{ name: 'web', state: 'up' }],
      resources: { cpuPermille: 12, rssMb: 90, diskFreeMb: 10_000, loopLagMs: 1 }
    })),
    digests: [1, 0].map(cell => ({
      cell,
      epoch: 7,
      members: 1,
      alive: cell,
      degraded: 0,
      down: 1 - cell,
      steward: memberId(cell),
      witness: memberId(cell + 1)
    })),
    uptime: [
      { member: memberId(1), epoch: 6, heardS: 3_599, watchedS: 3_600, witnesses: 5 },
      { member: memberId(1), epoch: 7, heardS: 60, watchedS: 60, witnesses: 6 }
    ],
    reportsSent: 6,
    reportsReceived: 12,
    rejected: { replayed: 3, expired: 1 }
  }
}

/** A node's view whose answers a test may change. */
export class FakeView implements NodeView {
  shownMesh: MeshView = meshView()
  shownHealth: HealthView = healthView()
  shownLedger: LedgerView = { size: 3, root, lastCheckpointSize: 2, readOnly: false, faults: [] }
  members: MemberView[] = [3, 0, 1, 2, 7, 4, 6, 5].map(number => memberView(number))
  waitingFor: string[] = []

  mesh(): MeshView {
    return this.shownMesh
  }

  nodes(): MemberView[] {
    return this.members
  }

  health(): HealthView {
    return this.shownHealth
  }

  ledger(): LedgerView {
    return this.shownLedger
  }

  readiness(): { ready: boolean; waitingFor: string[] } {
    return { ready: this.waitingFor.length === 0, waitingFor: this.waitingFor }
  }
}

export function nodeEvent(seq: number, summary = `cell ${seq % 8} is well`): NodeEvent {
  return { seq, timeMs: START_MS + seq, type: 'cell-digest', summary }
}

/** Events in memory; `beforeRead` lets a test do something while a reader waits. */
export class FakeEvents implements EventPort {
  readonly kept: NodeEvent[] = []
  readonly listeners = new Set<(event: NodeEvent) => void>()
  beforeRead: () => Promise<void> = async () => {}
  /** Resolves when the last listener is gone. */
  readonly unheard = Promise.withResolvers<void>()

  publish(event: NodeEvent): void {
    this.kept.push(event)
    for (const listener of this.listeners) listener(event)
  }

  latestSeq(): number {
    return this.kept.at(-1)?.seq ?? -1
  }

  async read(fromSeq: number, limit: number): Promise<NodeEvent[]> {
    const page = this.kept.filter(event => event.seq >= fromSeq).slice(0, limit)
    await this.beforeRead()
    return page
  }

  subscribe(listener: (event: NodeEvent) => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size === 0) this.unheard.resolve()
    }
  }
}

function ledgerEvent(seq: number): LedgerEvent {
  const bytes = Buffer.from(`event ${seq}`)
  return {
    seq,
    timeMs: START_MS + seq,
    type: 'node-started',
    actor: memberId(0),
    hash: hash('sha256', Buffer.concat([Buffer.of(0), bytes])),
    summary: `event ${seq}`,
    bytes: bytes.toString('base64')
  }
}

export class FakeLedger implements LedgerPort {
  readonly kept: LedgerEvent[] = [0, 1, 2].map(ledgerEvent)
  verifying: (onProgress: (progress: VerifyProgress) => void) => Promise<VerifyResult> =
    async onProgress => {
      onProgress({ verified: 1, total: 3 })
      return { ok: true, verified: 3, checkpoints: 1, root, faults: [] }
    }

  async events({ from, limit }: { from: number; limit: number }): Promise<LedgerEvent[]> {
    return this.kept.slice(from, from + limit)
  }

  async proof(seq: number) {
    const event = this.kept[seq]
    if (event === undefined) return undefined
    const path = this.kept.filter(other => other.seq !== seq).map(other => other.hash)
    return { seq, leaf: event.hash, size: this.kept.length, root, path, checkpoint: null }
  }

  verify(onProgress: (progress: VerifyProgress) => void): Promise<VerifyResult> {
    return this.verifying(onProgress)
  }
}

export const fakeInvites: InvitePort = {
  create: async ({ validForMs }) => ({
    code: 'tm1-example-invite',
    expiresMs: START_MS + validForMs
  })
}
