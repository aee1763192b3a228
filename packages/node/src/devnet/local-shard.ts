import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeGenesis, type KeySet } from '@torusmesh/protocol'
import { NodeError } from '../errors.ts'
import { createDelayedWire, type Wire } from '../host/delayed-transport.ts'
import { Home } from '../identity/home.ts'
import { createSecrets, type MemberSecrets, publicKeysOf } from '../identity/keys.ts'
import { keptSigners } from '../identity/signers.ts'
import type { Logger } from '../log/index.ts'
import type { MeshNode } from '../node.ts'
import { openNode } from '../open-node.ts'
import { systemClock } from '../runtime/clock.ts'
import { ResourceMeter } from '../runtime/resources.ts'
import {
  type Charter,
  createCharter,
  createProcessResources,
  type ProcessResources
} from '../shared.ts'
import { DEVNET_COUNCIL } from './devnet-genesis.ts'
import { eachInParallel } from './each-in-parallel.ts'
import { type HostRow, rowOf } from './host-row.ts'
import {
  type LedgerCounts,
  type ReportCounts,
  type Shard,
  type ShardEvents,
  type ShardInit,
  sharedNowMs
} from './shard.ts'
import { type Arrival, Spread } from './spread.ts'
import { verifyLedgers } from './verify-ledgers.ts'

const PARALLEL_HOMES = 8
/** Between the starts of two hosts, so that their timers don't fire all at once ever after. */
const NEXT_HOST_MS = 2

interface HostSeed {
  readonly name: string
  readonly home: Home
  readonly secrets: MemberSecrets
}

/** Hosts in the present thread. */
export class LocalShard implements Shard {
  readonly #init: ShardInit
  readonly #logger: Logger
  readonly #events: ShardEvents
  readonly #resources: ProcessResources
  readonly #meter: ResourceMeter
  readonly #spread = new Spread()
  readonly #addresses = new Map<string, readonly string[]>()
  readonly #seeds: HostSeed[] = []
  /** By index in the shard; with gaps while they open. */
  readonly #nodes: (MeshNode | undefined)[] = []
  readonly #killed = new Set<MeshNode>()
  readonly #stopping = new AbortController()
  /** The step of the start that is under way. */
  #starting: Promise<unknown> = Promise.resolve()

  constructor(init: ShardInit, logger: Logger, events: ShardEvents, resources: ProcessResources) {
    this.#init = init
    this.#logger = logger
    this.#events = events
    this.#resources = resources
    this.#meter = new ResourceMeter(init.folder)
  }

  static async create(init: ShardInit, logger: Logger, events: ShardEvents): Promise<LocalShard> {
    return new LocalShard(init, logger, events, await createProcessResources(init.poolThreads))
  }

  /** @param host - index in the devnet of an open host */
  node(host: number): MeshNode {
    return this.#nodes[host - this.#init.first]!
  }

  prepare(): Promise<KeySet[]> {
    return this.#step(() => this.#prepare())
  }

  open(genesis: Uint8Array, members: readonly string[]): Promise<Map<string, readonly string[]>> {
    return this.#step(() => this.#open(genesis, members))
  }

  connect(addresses: ReadonlyMap<string, readonly string[]>): Promise<void> {
    for (const [member, known] of addresses) this.#addresses.set(member, known)
    return this.#step(() => this.#oneByOne(node => node.connect()))
  }

  watch(): Promise<void> {
    return this.#step(() => this.#oneByOne(node => node.watch()))
  }

  async wired(): Promise<number> {
    return this.#alive.filter(node => node.wired).length
  }

  async rows(): Promise<HostRow[]> {
    const { names } = this.#init
    return this.#opened.map((node, i) => rowOf(names[i]!, node, this.#killed.has(node)))
  }

  async reports(): Promise<ReportCounts> {
    const counts: ReportCounts = { sent: 0, delivered: 0, verified: 0, rejected: {} }
    for (const { parts } of this.#opened) {
      counts.sent += parts.reporter.sent
      counts.delivered += parts.statements.delivered
      counts.verified += parts.reporter.receivedCount
      for (const [reason, count] of parts.rejected) {
        counts.rejected[reason] = (counts.rejected[reason] ?? 0) + count
      }
    }
    return counts
  }

  async sayReturned(host: number): Promise<Uint8Array> {
    return await this.node(host).sayReturned()
  }

  async publish(host: number, envelope: Uint8Array): Promise<number> {
    const sentMs = sharedNowMs()
    await this.node(host).publishToMesh(envelope)
    return sentMs
  }

  async watchSpread(envelope: Uint8Array): Promise<void> {
    this.#spread.watch(envelope)
  }

  async arrivals(): Promise<readonly Arrival[]> {
    return this.#spread.arrivals
  }

  async kill(host: number): Promise<number> {
    const node = this.node(host)
    this.#killed.add(node)
    const killedMs = sharedNowMs()
    await node.kill()
    return killedMs
  }

  async halt(): Promise<void> {
    this.#stopping.abort()
    for (const node of this.#alive) node.halt()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#starting.catch(() => undefined)
    await this.halt()
    await Promise.all(this.#alive.map(node => node.stop({ farewell: false })))
    this.#meter.stop()
    await this.#resources.close()
  }

  async verify(): Promise<LedgerCounts> {
    return await verifyLedgers(this.#opened, done => this.#events.progress('verifying', done))
  }

  async close(): Promise<void> {}

  get #opened(): MeshNode[] {
    return this.#nodes.filter(node => node !== undefined)
  }

  get #alive(): MeshNode[] {
    return this.#opened.filter(node => !this.#killed.has(node))
  }

  #step<T>(task: () => Promise<T>): Promise<T> {
    const running = task()
    this.#starting = running
    return running
  }

  async #prepare(): Promise<KeySet[]> {
    const { folder, names, keepsKeys } = this.#init
    let done = 0
    await eachInParallel(PARALLEL_HOMES, names, this.#stopping.signal, async (name, i) => {
      const home = new Home(join(folder, name))
      await home.create()
      const kept = keepsKeys && (await home.exists())
      const secrets = kept ? await home.secrets() : await createSecrets(this.#resources.pool)
      // Keys of a temporary mesh are never read again.
      if (!kept && keepsKeys) await home.saveSecrets(secrets)
      this.#seeds[i] = { name, home, secrets }
      this.#events.progress('keys', ++done)
    })
    return this.#seeds.map(({ secrets }) => publicKeysOf(secrets))
  }

  async #open(
    genesis: Uint8Array,
    members: readonly string[]
  ): Promise<Map<string, readonly string[]>> {
    const decoded = decodeGenesis(genesis)
    if (!decoded.ok) throw new NodeError('GENESIS_REFUSED', decoded.message)
    const charter = createCharter(decoded.genesis, DEVNET_COUNCIL)
    const { config, first } = this.#init
    const wireOf = this.#wires(charter, members)
    await this.#meter.start()
    const own = new Map<string, readonly string[]>()
    await eachInParallel(PARALLEL_HOMES, this.#seeds, this.#stopping.signal, async (seed, i) => {
      const node = await openNode({
        ...{ home: seed.home, state: await seed.home.state() },
        signers: keptSigners(seed.secrets, this.#resources.pool),
        ...{ config, charter, resources: this.#resources, meter: this.#meter },
        enrolment: undefined,
        clock: systemClock,
        logger: this.#logger.child({ host: seed.name }),
        addresses: this.#addresses,
        records: [],
        taps: { onCopy: this.#spread.copyTapOf(first + i) },
        onTaken: this.#spread.takenTapOf(first + i),
        wire: wireOf(first + i),
        onStanding: (member, standing) =>
          this.#events.standings([{ host: first + i, member, standing, atMs: sharedNowMs() }])
      })
      this.#nodes[i] = node
      own.set(node.parts.self.key, node.addresses)
      this.#events.progress('hosts', own.size)
    })
    return own
  }

  /** The wire of each host, where delays are asked for. */
  #wires(charter: Charter, members: readonly string[]): (self: number) => Wire | undefined {
    const { oneWayMs } = this.#init
    if (oneWayMs === undefined) return () => undefined
    const hosts = members.length
    const { byKey } = charter.founders
    const indices = new Map(members.map((member, index) => [byKey.get(member)?.peer, index]))
    return self =>
      createDelayedWire({
        self,
        hosts,
        oneWayMs: (from, to) => oneWayMs[from * hosts + to]!,
        indexOf: peer => indices.get(peer)
      })
  }

  async #oneByOne(start: (node: MeshNode) => void): Promise<void> {
    for (const node of this.#opened) {
      if (this.#stopping.signal.aborted) return
      start(node)
      await pause(NEXT_HOST_MS)
    }
  }
}
