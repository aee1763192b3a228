import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { bytesToHex, encodeGenesis, type KeySet, memberId } from '@torusmesh/protocol'
import type { NodeConfig } from '../config/index.ts'
import { NodeError } from '../errors.ts'
import { Home } from '../identity/home.ts'
import type { Logger } from '../log/index.ts'
import type { MeshNode } from '../node.ts'
import { keptGenesis, newGenesis, sidesFor } from './devnet-genesis.ts'
import type { HostRow } from './host-row.ts'
import { LocalShard } from './local-shard.ts'
import type {
  LedgerCounts,
  ReportCounts,
  Shard,
  ShardEvents,
  ShardInit,
  ShardPhase,
  StandingChange
} from './shard.ts'
import type { Arrival } from './spread.ts'
import { WorkerShard } from './worker-shard.ts'

/** Most hosts one process carries; beyond it the simulator is the right tool. */
export const MAX_HOSTS = 4_096

export interface DevnetInit {
  readonly nodes: number
  /** Keeps each host's folder below this one; without it all is temporary. */
  readonly homePath?: string
  readonly config: NodeConfig
  readonly logger: Logger
  /**
   * What a byte takes from one host to another besides what the machine takes, ms: `nodes * nodes`,
   * a row for each sender. Beats then go over the links alone, for datagrams aren't delayed.
   */
  readonly oneWayMs?: Float32Array
  /** Threads the hosts are spread over; what suits their number and the machine if left out. */
  readonly shards?: number
  /** Ends a start that is under way, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Called as the start goes on: what is being done, how far, of how many. */
  readonly onProgress?: (phase: DevnetPhase, done: number, of: number) => void
}

export type DevnetPhase = 'keys' | 'hosts' | 'wiring'

/** A standing changed in the view of the host `change.host`. */
export type StandingListener = (change: StandingChange) => void

export interface DevnetHost {
  readonly index: number
  readonly name: string
  /** Member id, 64 hexadecimal digits. */
  readonly member: string
  killed: boolean
}

interface ShardSlot {
  readonly shard: Shard
  readonly init: ShardInit
  /** How far it is in the phase that it told of last. */
  readonly done: Map<ShardPhase, number>
}

type Progress = (phase: ShardPhase, done: number, of: number) => void

/** Many real hosts in one process, over TCP on loopback: for trying out, tests and benchmarks. */
export class Devnet {
  readonly sides: readonly number[]
  readonly hosts: DevnetHost[] = []
  readonly #slots: ShardSlot[] = []
  readonly #listeners = new Set<StandingListener>()
  readonly #temporary: string | undefined
  /** Holds the folders of all hosts. */
  readonly folder: string
  #first: LocalShard | undefined
  #onProgress: Progress = () => undefined
  #stopped: Promise<void> | undefined
  /** When the last link was open, by `performance.now()`. */
  wiredAtMs = 0

  /** @param temporary - a folder to remove in the end */
  constructor(nodes: number, folder: string, temporary: string | undefined) {
    this.folder = folder
    this.sides = sidesFor(nodes)
    this.#temporary = temporary
  }

  /** The node of the first host, which lives in the present thread. */
  get firstNode(): MeshNode {
    return this.#first!.node(0)
  }

  /** The nodes of the present thread, all of them where one thread is enough, and their names. */
  get localNodes(): { readonly name: string; readonly node: MeshNode }[] {
    const { names, first } = this.#slots[0]!.init
    return names.map((name, i) => ({ name, node: this.#first!.node(first + i) }))
  }

  get alive(): DevnetHost[] {
    return this.hosts.filter(host => !host.killed)
  }

  onStanding(listener: StandingListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Makes the shards of `blocks`, the first of them in the present thread. */
  async addShards(
    blocks: readonly ShardInit[],
    logger: Logger,
    onProgress: Progress
  ): Promise<void> {
    this.#onProgress = onProgress
    for (const [i, init] of blocks.entries()) {
      const done = new Map<ShardPhase, number>()
      const events: ShardEvents = {
        standings: changes => this.#told(changes),
        progress: (phase, count) => {
          done.set(phase, count)
          this.#progressed(phase)
        }
      }
      if (i > 0) this.#slots.push({ shard: new WorkerShard(init, logger, events), init, done })
      else {
        this.#first = await LocalShard.create(init, logger, events)
        this.#slots.push({ shard: this.#first, init, done })
      }
    }
  }

  /** Has every shard make or read its keys. */
  async prepare(): Promise<KeySet[]> {
    const keys = (await this.#each(shard => shard.prepare())).flat()
    const names = this.#slots.flatMap(({ init }) => init.names)
    for (const [index, name] of names.entries()) {
      const member = bytesToHex(memberId(keys[index]!))
      this.hosts.push({ index, name, member, killed: false })
    }
    return keys
  }

  /**
   * Opens all hosts: ledgers verified, listening.
   *
   * @returns addresses by member key
   */
  async open(genesis: Uint8Array): Promise<Map<string, readonly string[]>> {
    const members = this.hosts.map(({ member }) => member)
    const addresses = await this.#each(shard => shard.open(genesis, members))
    return new Map(addresses.flatMap(own => [...own]))
  }

  async connect(addresses: ReadonlyMap<string, readonly string[]>): Promise<void> {
    await this.#each(shard => shard.connect(addresses))
  }

  async watch(): Promise<void> {
    await this.#each(shard => shard.watch())
  }

  /** How many living hosts have all their links. */
  async wired(): Promise<number> {
    return (await this.#each(shard => shard.wired())).reduce((sum, count) => sum + count, 0)
  }

  async rows(): Promise<HostRow[]> {
    return (await this.#each(shard => shard.rows())).flat()
  }

  async reports(): Promise<ReportCounts> {
    const total: ReportCounts = { sent: 0, delivered: 0, verified: 0, rejected: {} }
    for (const counts of await this.#each(shard => shard.reports())) {
      total.sent += counts.sent
      total.delivered += counts.delivered
      total.verified += counts.verified
      for (const [reason, count] of Object.entries(counts.rejected)) {
        total.rejected[reason] = (total.rejected[reason] ?? 0) + count
      }
    }
    return total
  }

  /** A statement of a host for the whole mesh, durable in its ledger, for {@link publish}. */
  async sayReturned({ index }: DevnetHost): Promise<Uint8Array> {
    return await this.#shardOf(index).sayReturned(index)
  }

  /** @returns when it was sent; comparable with the times of {@link onStanding} */
  async publish({ index }: DevnetHost, envelope: Uint8Array): Promise<number> {
    return await this.#shardOf(index).publish(index, envelope)
  }

  /** Follows how one statement spreads over all hosts, from now on. */
  async watchSpread(envelope: Uint8Array): Promise<void> {
    await this.#each(shard => shard.watchSpread(envelope))
  }

  /** How it came to those hosts that it came to. */
  async arrivals(): Promise<Arrival[]> {
    return (await this.#each(shard => shard.arrivals())).flat()
  }

  /** @returns when it was killed; comparable with the times of {@link onStanding} */
  async kill(host: DevnetHost): Promise<number> {
    host.killed = true
    return await this.#shardOf(host.index).kill(host.index)
  }

  /** Stops every host, ledgers closed; the folders stay if they were asked for. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  /** Verifies the ledgers of all hosts, which have stopped. */
  async verify(onProgress: (done: number, of: number) => void): Promise<LedgerCounts> {
    this.#onProgress = (phase, done, of) => phase === 'verifying' && onProgress(done, of)
    const total: LedgerCounts = { events: 0, checkpoints: 0, verified: true }
    for (const counts of await this.#each(shard => shard.verify())) {
      total.events += counts.events
      total.checkpoints += counts.checkpoints
      total.verified &&= counts.verified
    }
    return total
  }

  /** Stops what runs, ends the threads and removes what was temporary. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stop()
    } finally {
      await this.#each(shard => shard.close())
      if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true })
    }
  }

  async #stop(): Promise<void> {
    // First all fall silent, so that nobody takes the others for dead.
    const halted = await this.#settled(shard => shard.halt())
    const stopped = await this.#settled(shard => shard.stop())
    const failed = [...halted, ...stopped].find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  async #each<T>(ask: (shard: Shard) => Promise<T>): Promise<T[]> {
    return await Promise.all(this.#slots.map(({ shard }) => ask(shard)))
  }

  /** Asks all, also when one can't: its thread may have died. */
  async #settled(ask: (shard: Shard) => Promise<void>): Promise<PromiseSettledResult<void>[]> {
    return await Promise.allSettled(this.#slots.map(({ shard }) => ask(shard)))
  }

  #shardOf(host: number): Shard {
    return this.#slots.findLast(({ init }) => init.first <= host)!.shard
  }

  #told(changes: readonly StandingChange[]): void {
    for (const change of changes) for (const listener of this.#listeners) listener(change)
  }

  #progressed(phase: ShardPhase): void {
    let done = 0
    let of = 0
    for (const slot of this.#slots) {
      done += slot.done.get(phase) ?? 0
      of += slot.init.names.length
    }
    this.#onProgress(phase, done, of)
  }
}

/** Starts a mesh; resolves once every link is open. What a failed start began is stopped again. */
export async function startDevnet(init: DevnetInit): Promise<Devnet> {
  const { nodes, homePath, signal } = init
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_HOSTS) {
    throw new NodeError(
      'DEVNET_SIZE',
      `--nodes takes 1 to ${MAX_HOSTS}; for more use the simulator`
    )
  }
  if (init.oneWayMs !== undefined && init.oneWayMs.length !== nodes * nodes) {
    throw new NodeError('DEVNET_SIZE', `oneWayMs: give ${nodes} × ${nodes} delays`)
  }
  signal?.throwIfAborted()
  const temporary = homePath === undefined ? await mkdtemp(join(tmpdir(), 'torusmesh-')) : undefined
  const devnet = new Devnet(nodes, homePath ?? temporary!, temporary)
  try {
    await unlessAborted(start(devnet, homePath ?? temporary!, init), signal)
    return devnet
  } catch (error) {
    // Why it failed says more than what couldn't be stopped any more.
    await devnet[Symbol.asyncDispose]().catch(() => undefined)
    throw error
  }
}

/** Settles like `task`, or rejects as soon as `signal` fires. */
async function unlessAborted(task: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await task
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    signal.throwIfAborted()
    await Promise.race([task, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function start(devnet: Devnet, folder: string, init: DevnetInit): Promise<void> {
  const { nodes, homePath, logger } = init
  const kept = homePath === undefined ? undefined : await keptGenesis(homePath, nodes)
  const blocks = blocksOf(init, folder)
  await devnet.addShards(blocks, logger, (phase, done, of) => {
    if (phase !== 'verifying') init.onProgress?.(phase, done, of)
  })
  const keys = await devnet.prepare()
  const genesis = kept ?? newGenesis(keys)
  if (homePath !== undefined && kept === undefined) {
    const home = new Home(homePath)
    await home.saveGenesis(genesis)
    for (const { name } of devnet.hosts) await new Home(join(homePath, name)).linkGenesis(home)
  }
  const addresses = await devnet.open(encodeGenesis(genesis))
  await Promise.all([devnet.connect(addresses), wired(devnet, init)])
  devnet.wiredAtMs = performance.now()
  await devnet.watch()
}

/** Hosts up to which one thread has time for all. */
const ONE_THREAD_HOSTS = 64
const MAX_SHARDS = 4

/** Hosts in blocks that follow each other, as their cells do: most links stay in a block. */
function blocksOf(init: DevnetInit, folder: string): ShardInit[] {
  const { nodes, homePath } = init
  const cores = availableParallelism()
  const wanted = init.shards ?? (nodes <= ONE_THREAD_HOSTS ? 1 : Math.min(cores, MAX_SHARDS))
  const shards = Math.min(wanted, nodes)
  const width = String(nodes - 1).length
  const names = Array.from({ length: nodes }, (_, i) => `host-${String(i).padStart(width, '0')}`)
  return Array.from({ length: shards }, (_, shard) => {
    const first = Math.floor((shard * nodes) / shards)
    return {
      first,
      names: names.slice(first, Math.floor(((shard + 1) * nodes) / shards)),
      folder,
      keepsKeys: homePath !== undefined,
      config: configFor(init),
      oneWayMs: init.oneWayMs,
      poolThreads: Math.max(1, Math.floor(cores / shards))
    }
  })
}

/** LevelDB's caches for each of many hosts: their ledgers are small, and nobody queries most of them. */
const MAX_CACHE_MB = 1 / 16
const MAX_WRITE_BUFFER_MB = 1 / 4
const MANY_CHECKPOINT_EVERY_MS = 10_000

function configFor({ nodes, config, oneWayMs }: DevnetInit): NodeConfig {
  const { cacheMb, writeBufferMb, checkpointEveryMs } = config.ledger
  return {
    ...config,
    health: { ...config.health, datagrams: config.health.datagrams && oneWayMs === undefined },
    ledger: {
      ...config.ledger,
      cacheMb: Math.min(cacheMb, MAX_CACHE_MB),
      writeBufferMb: Math.min(writeBufferMb, MAX_WRITE_BUFFER_MB),
      checkpointEveryMs:
        nodes <= ONE_THREAD_HOSTS
          ? checkpointEveryMs
          : Math.max(checkpointEveryMs, MANY_CHECKPOINT_EVERY_MS)
    }
  }
}

const WIRING_POLL_MS = 100
const WIRING_TIMEOUT_MS = 180_000

async function wired(devnet: Devnet, { nodes, signal, onProgress }: DevnetInit): Promise<void> {
  const deadline = performance.now() + WIRING_TIMEOUT_MS
  for (;;) {
    signal?.throwIfAborted()
    const done = await devnet.wired()
    onProgress?.('wiring', done, nodes)
    if (done === nodes) return
    if (performance.now() > deadline) {
      throw new NodeError(
        'DEVNET_SIZE',
        `only ${done} of ${nodes} hosts wired in ${WIRING_TIMEOUT_MS / 1000} s: try fewer --nodes`
      )
    }
    await pause(WIRING_POLL_MS)
  }
}
