import type {
  ApiClient,
  CheckedFile,
  DemoMesh,
  DemoSummary,
  HealthView,
  HostRow,
  LedgerEvent,
  LedgerProof,
  LedgerView,
  MemberView,
  MeshView,
  NodeConfig,
  ResolvedConfig,
  RunningNode,
  VaultAdmin,
  VerifyResult
} from '@torusmesh/node'
import {
  checkCouncilFile,
  flagName,
  resolveConfig,
  resolveHome,
  SETTING_KEYS,
  SETTINGS
} from '@torusmesh/node'
import type { DemoRunInit, LogLines, NodePort, RunInit } from '../../src/node-port.ts'
import { FakeCouncil } from './fake-council.ts'
import { NOW_MS } from './fake-io.ts'
import { FakeOperator, fakeRules, proposed } from './fake-operator.ts'
import { fakeVault } from './fake-vault.ts'

const MINUTE_MS = 60_000

/** 64 hexadecimal digits that begin with a number people can tell apart. */
export const memberId = (number: number): string => `a${number}`.padEnd(64, 'c0ffee')
export const peerId = (number: number): string =>
  `12D3KooWExample${String(number).padStart(8, '0')}`
const ROOT = '9f86d081884c7d65'.repeat(4)

export const mesh: MeshView = {
  network: 'home-1a2b3c4d',
  env: 'dev',
  sides: [2, 2, 2],
  cells: 8,
  occupiedCells: 4,
  members: 4,
  standings: { alive: 2, suspect: 1, down: 1, left: 0, unknown: 0 },
  self: {
    member: memberId(0),
    peer: peerId(0),
    cell: 0,
    coordinates: [0, 0, 0],
    addresses: ['/ip4/127.0.0.1/tcp/4801'],
    incarnation: 1,
    startedMs: NOW_MS - 125 * MINUTE_MS
  },
  suites: { identity: 'ml-dsa-65', report: 'falcon-512', checkpoint: 'ml-dsa-44' },
  links: [link(3, 'long', 'suspect'), link(1, 'neighbour', 'alive')]
}

function link(
  number: number,
  role: MeshView['links'][0]['role'],
  state: MeshView['links'][0]['state']
): MeshView['links'][0] {
  const openedMs = NOW_MS - number * MINUTE_MS
  return {
    member: memberId(number),
    peer: peerId(number),
    cell: number,
    role,
    state,
    openedMs,
    score: number
  }
}

export const members: MemberView[] = (['alive', 'alive', 'down', 'suspect'] as const).map(
  (standing, number) => ({
    member: memberId(number),
    peer: peerId(number),
    cell: number,
    coordinates: [0, (number >> 1) & 1, number & 1],
    standing,
    incarnation: 1,
    self: number === 0,
    linked: number % 2 === 1
  })
)

export const health: HealthView = {
  doubtsSelf: false,
  reports: [1, 3].map(number => ({
    member: memberId(number),
    cell: number,
    state: number === 1 ? 'alive' : 'suspect',
    status: number === 1 ? 'healthy' : 'degraded',
    incarnation: 1,
    uptimeMs: 60 * MINUTE_MS,
    receivedMs: NOW_MS - number * 4_000,
    ledger: { size: 1_200 + number, root: ROOT },
    services: [{ name: 'web', state: number === 1 ? 'up' : 'down' }],
    resources: { cpuPermille: 12, rssMb: 96, diskFreeMb: 10_000, loopLagMs: 2 }
  })),
  digests: [2, 0].map(cell => ({
    cell,
    epoch: 7,
    members: 1,
    alive: cell === 0 ? 1 : 0,
    degraded: 0,
    down: cell === 0 ? 0 : 1,
    steward: memberId(0),
    witness: memberId(1)
  })),
  uptime: [{ member: memberId(1), epoch: 7, heardS: 1_790, watchedS: 1_800, witnesses: 3 }],
  reportsSent: 750,
  reportsReceived: 1_480,
  rejected: { replayed: 3, expired: 0 }
}

export const ledgerView: LedgerView = {
  size: 3,
  root: ROOT,
  lastCheckpointSize: 3,
  readOnly: false,
  faults: []
}

export const events: LedgerEvent[] = ['node-started', 'report', 'verdict'].map((type, seq) => ({
  seq,
  timeMs: NOW_MS - (3 - seq) * 1_000,
  type,
  actor: memberId(seq),
  hash: ROOT,
  summary: `${type} of ${memberId(seq).slice(0, 12)}`,
  bytes: Buffer.from(`event ${seq}`).toString('base64')
}))

export const sound: VerifyResult = { ok: true, verified: 3, checkpoints: 2, root: ROOT, faults: [] }

export const summary: DemoSummary = {
  nodes: 8,
  cells: 8,
  transport: 'tcp',
  suites: mesh.suites,
  wiredMs: 1_240,
  rssMb: 182,
  reports: { sent: 120, delivered: 360, verified: 360, rejected: {} },
  broadcast: { reach: 7, p50Ms: 8, p99Ms: 12, copiesPerNode: 2.86 },
  failures: { killed: 1, detectedP50Ms: 4_100, detectedP99Ms: 4_300, falseRemovals: 0 },
  ledger: { events: 1_234, checkpoints: 56, verified: true }
}

/** Rows of a demo on a cube; a test kills hosts by changing them. */
export function hostRows(hosts: number, side: number): HostRow[] {
  return Array.from({ length: hosts }, (_, number) => ({
    name: `host-${String(number).padStart(String(hosts - 1).length, '0')}`,
    cell: number,
    coordinates: [Math.floor(number / side ** 2), Math.floor(number / side) % side, number % side],
    peer: peerId(number),
    state: 'up',
    knowsDown: 0,
    linksUp: 3,
    linksWanted: 3,
    reportsIn: 12 + number,
    reportsOut: 4,
    rejected: 0,
    ledgerSize: 40 + number,
    ledgerRoot: ROOT
  }))
}

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code })

/** A node that answers from memory. Tests replace what they are about. */
export class FakeNode implements NodePort {
  readonly settings = SETTING_KEYS.map(key => ({
    key,
    flag: flagName(key),
    help: SETTINGS[key].help
  }))
  readonly resolveHome = resolveHome
  /** Text of the home's `config.toml`. */
  configFile: string | undefined
  hasHome = true
  access: { url: string; token: string; pid: number } | undefined = {
    url: 'http://127.0.0.1:4800',
    token: 'token',
    pid: 4_242
  }
  /** Whether something answers at {@link access}. */
  answers = true
  ledger = events
  verification: VerifyResult = sound
  proofOf: (seq: number) => LedgerProof | undefined = () => undefined
  key = 'home-1a2b3c4d+00000000+example'
  /** What joining a mesh writes to `config.toml`. */
  demands: string | undefined
  ran: NodeConfig | undefined
  /** Calls that did something, in order. */
  readonly calls: string[] = []
  log: LogLines | undefined
  demo: (init: DemoRunInit) => Promise<DemoSummary> = async () => summary
  openLedgers = 0
  readonly operator = new FakeOperator()
  readonly council = new FakeCouncil()
  proposed = proposed
  hasCatalogue = false

  async loadConfig(
    homePath: string | undefined,
    given: Parameters<NodePort['loadConfig']>[1]
  ): Promise<ResolvedConfig> {
    if (homePath === undefined || this.configFile === undefined) return resolveConfig(given)
    return resolveConfig({ ...given, file: { path: 'config.toml', text: this.configFile } })
  }

  async isHome(): Promise<boolean> {
    return this.hasHome
  }

  async initHome({ homePath, name, env, sides }: Parameters<NodePort['initHome']>[0]) {
    this.calls.push(`init ${homePath} ${name} ${env} ${sides}`)
    return { member: memberId(0), peer: peerId(0), cell: 5, network: `${name}-1a2b3c4d` }
  }

  async joinMesh({ homePath, code, onProgress }: Parameters<NodePort['joinMesh']>[0]) {
    this.calls.push(`join ${homePath} ${code}`)
    this.configFile ??= this.demands
    onProgress?.('dialling')
    const { network } = mesh
    return { member: memberId(4), peer: peerId(4), cell: 6, network, inviter: peerId(0) }
  }

  async runNode({ homePath, config, log }: RunInit): Promise<RunningNode> {
    this.log = log
    this.ran = config
    this.calls.push(`run ${homePath} api.port=${config.api.port}`)
    const view = {
      mesh: () => mesh,
      nodes: () => members,
      health: () => health,
      ledger: () => ledgerView,
      readiness: () => ({ ready: true, waitingFor: [] })
    }
    const stop = async (): Promise<void> => {
      this.calls.push('stop')
    }
    return { apiUrl: 'http://127.0.0.1:4800', view, stop }
  }

  runDemo(init: DemoRunInit): Promise<DemoSummary> {
    this.log = init.log
    return this.demo(init)
  }

  async apiAccess() {
    return this.access
  }

  async createApiClient({ url }: { url: string }): Promise<ApiClient> {
    const answer = <T>(value: T): Promise<T> =>
      this.answers
        ? Promise.resolve(value)
        : Promise.reject(
            coded('NODE_NOT_RUNNING', `no node answers at ${url}; start one with \`torusmesh up\``)
          )
    const unknown = coded('LEDGER_SEQ_UNKNOWN', 'no such event; ask for 0 to 2')
    return {
      url,
      mesh: () => answer(mesh),
      nodes: () => answer(members),
      health: () => answer(health),
      ledger: () => answer({ ...ledgerView, size: this.ledger.length }),
      events: async ({ from = 0, limit = 100 } = {}) =>
        await answer({
          size: this.ledger.length,
          events: this.ledger.slice(from, from + limit),
          next: null
        }),
      proof: async seq => this.proofOf(seq) ?? (await Promise.reject(unknown)),
      verify: async onProgress => {
        onProgress?.({ verified: 1, total: 3 })
        return await answer(this.verification)
      },
      invite: async ({ validForMs = 0 } = {}) => {
        this.calls.push(`invite ${validForMs}`)
        return await answer({ code: 'tm1exampleinvite', expiresMs: NOW_MS + validForMs })
      },
      ...this.operator.calls(answer, this.calls),
      ...this.council.calls(answer, this.calls),
      readiness: () => answer({ ready: true, waitingFor: [] }),
      waitReady: () => answer(undefined),
      stream: () => {
        throw new Error('not used by the command')
      }
    }
  }

  async discoverServices() {
    return this.proposed
  }

  async cataloguePath(homePath: string, named: string): Promise<string> {
    return `${homePath}/${named}`
  }

  async writeCatalogue(path: string, yaml: string, { replace }: { replace: boolean }) {
    const written = replace || !this.hasCatalogue
    if (written) this.calls.push(`write ${path} ${yaml.length}`)
    return written
  }

  async rules() {
    return fakeRules()
  }

  async checkCouncilFile(text: string): Promise<CheckedFile> {
    return checkCouncilFile(text)
  }

  async verifierKey(): Promise<string> {
    return this.key
  }

  async keysIn(): Promise<'none'> {
    return 'none'
  }

  async vault(): Promise<VaultAdmin> {
    return fakeVault
  }

  async openHomeLedger(homePath: string) {
    this.calls.push(`open ${homePath}`)
    this.openLedgers++
    return {
      view: () => ({ ...ledgerView, size: this.ledger.length }),
      events: async ({ from, limit }: { from: number; limit: number }) =>
        this.ledger.slice(from, from + limit),
      proof: async (seq: number) => this.proofOf(seq),
      verify: async () => this.verification,
      close: async () => {
        this.openLedgers--
      }
    }
  }
}

/** A demo that runs until a test ends it. */
export class RunningDemo {
  rows: HostRow[]
  init: DemoRunInit | undefined
  readonly mesh: DemoMesh
  readonly #ended = Promise.withResolvers<DemoSummary>()

  constructor(rows: HostRow[], sides: number[]) {
    this.rows = rows
    this.mesh = {
      apiUrl: 'http://127.0.0.1:41234',
      folder: '/tmp/torusmesh-1a2b3c',
      sides,
      rows: () => this.rows,
      killOne: async () => {
        const victim = this.rows.slice(1).findLast(({ state }) => state === 'up')
        if (victim !== undefined) victim.state = 'killed'
        return victim?.name
      }
    }
  }

  readonly run = async (init: DemoRunInit): Promise<DemoSummary> => {
    this.init = init
    init.onProgress('keys', 1, this.rows.length)
    init.onReady(this.mesh)
    init.signal.addEventListener('abort', () => this.end())
    const ended = await this.#ended.promise
    init.onProgress('closing', 0, this.rows.length)
    return ended
  }

  end(): void {
    this.#ended.resolve(summary)
  }
}
