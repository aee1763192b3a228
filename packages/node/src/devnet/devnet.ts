import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { cellsOf, checkGenesis, Env, type Genesis } from '@torusmesh/protocol'
import type { NodeConfig } from '../config/index.ts'
import { NodeError } from '../errors.ts'
import { Home } from '../identity/home.ts'
import { createSecrets, type MemberSecrets, publicKeysOf } from '../identity/keys.ts'
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
import type { Standing } from '../view.ts'
import { CopyCounter } from './copy-counter.ts'

/** Most hosts one process carries; beyond it the simulator is the right tool. */
export const MAX_HOSTS = 4_096
/** The mesh's own torus; smaller meshes take the smallest cube that holds them. */
const MAX_SIDE = 8

export interface DevnetInit {
  readonly nodes: number
  /** Keeps each host's folder below this one; without it all is temporary. */
  readonly homePath?: string
  readonly config: NodeConfig
  readonly logger: Logger
  /** Called as the start goes on: what is being done, how far, of how many. */
  readonly onProgress?: (phase: DevnetPhase, done: number, of: number) => void
}

export type DevnetPhase = 'keys' | 'hosts' | 'wiring'

/** A standing changed in some host's view of the mesh. */
export type StandingListener = (
  observer: DevnetHost,
  member: string,
  standing: Standing,
  atMs: number
) => void

export interface DevnetHost {
  readonly name: string
  readonly node: MeshNode
  killed: boolean
}

interface HostSeed {
  readonly name: string
  readonly home: Home
  readonly secrets: MemberSecrets
}

/** Sides of the torus for so many hosts: the smallest cube that holds them, up to 8×8×8. */
export function sidesFor(nodes: number): number[] {
  let side = 2
  while (side < MAX_SIDE && side ** 3 < nodes) side++
  return [side, side, side]
}

/** Many real hosts in one process, over TCP on loopback: for trying out, tests and benchmarks. */
export class Devnet {
  readonly charter: Charter
  readonly hosts: DevnetHost[] = []
  readonly copies: CopyCounter = new CopyCounter()
  readonly #resources: ProcessResources
  readonly #meter: ResourceMeter
  readonly #temporary: string | undefined
  readonly #listeners = new Set<StandingListener>()

  constructor(
    charter: Charter,
    resources: ProcessResources,
    meter: ResourceMeter,
    temporary: string | undefined
  ) {
    this.charter = charter
    this.#resources = resources
    this.#meter = meter
    this.#temporary = temporary
  }

  onStanding(listener: StandingListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @param index - of the host in whose view it changed */
  told(index: number, member: string, standing: Standing): void {
    const observer = this.hosts[index]
    if (observer === undefined) return
    for (const listener of this.#listeners) {
      listener(observer, member, standing, performance.now())
    }
  }

  get alive(): DevnetHost[] {
    return this.hosts.filter(host => !host.killed)
  }

  get wired(): number {
    return this.alive.filter(({ node }) => node.wired).length
  }

  async kill(host: DevnetHost): Promise<void> {
    host.killed = true
    await host.node.kill()
  }

  /** Stops every host, ledgers closed; the folders stay if they were asked for. */
  async stop(): Promise<void> {
    for (const { node } of this.alive) node.halt()
    await Promise.all(this.alive.map(({ node }) => node.stop({ farewell: false })))
    this.#meter.stop()
    await this.#resources.close()
  }

  /** Removes what was temporary. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true })
  }
}

/** Starts a mesh; resolves once every link is open. */
export async function startDevnet(init: DevnetInit): Promise<Devnet> {
  const { nodes, logger } = init
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_HOSTS) {
    throw new NodeError(
      'DEVNET_SIZE',
      `--nodes takes 1 to ${MAX_HOSTS}; for more use the simulator`
    )
  }
  const temporary =
    init.homePath === undefined ? await mkdtemp(join(tmpdir(), 'torusmesh-')) : undefined
  const resources = await createProcessResources(availableParallelism())
  const folder = init.homePath ?? temporary!
  const seeds = await prepareHomes(init, folder, resources)
  const charter = createCharter(await genesisFor(init, seeds))
  const meter = new ResourceMeter(folder)
  await meter.start()
  const devnet = new Devnet(charter, resources, meter, temporary)
  const addresses = new Map<string, readonly string[]>()
  const hosts = new Array<DevnetHost>(seeds.length)
  let opened = 0
  await eachInParallel(PARALLEL_HOMES, seeds, async (seed, i) => {
    const node = await openNode({
      home: seed.home,
      config: init.config,
      charter,
      secrets: seed.secrets,
      state: await seed.home.state(),
      enrolment: undefined,
      resources,
      meter,
      clock: systemClock,
      logger: logger.child({ host: seed.name }),
      addresses,
      records: [],
      taps: { onCopy: devnet.copies.count },
      onStanding: (member, standing) => devnet.told(i, member, standing)
    })
    addresses.set(node.parts.self.key, node.addresses)
    hosts[i] = { name: seed.name, node, killed: false }
    init.onProgress?.('hosts', ++opened, nodes)
  })
  devnet.hosts.push(...hosts)
  await wire(devnet, init)
  return devnet
}

const PARALLEL_HOMES = 8

/** Keys for every host: those in its folder, or new ones. */
async function prepareHomes(
  init: DevnetInit,
  folder: string,
  resources: ProcessResources
): Promise<HostSeed[]> {
  const width = String(init.nodes - 1).length
  const names = Array.from(
    { length: init.nodes },
    (_, i) => `host-${String(i).padStart(width, '0')}`
  )
  const seeds = new Array<HostSeed>(init.nodes)
  let done = 0
  await eachInParallel(PARALLEL_HOMES, names, async (name, i) => {
    const home = new Home(join(folder, name))
    await home.create()
    const kept = await home.exists()
    const secrets = kept ? await home.secrets() : await createSecrets(resources.pool)
    // Keys of a temporary mesh are never read again.
    if (!kept && init.homePath !== undefined) await home.saveSecrets(secrets)
    seeds[i] = { name, home, secrets }
    init.onProgress?.('keys', ++done, init.nodes)
  })
  return seeds
}

/** Runs `task` for every item, at most `parallel` at a time, in order of their starts. */
async function eachInParallel<T>(
  parallel: number,
  items: readonly T[],
  task: (item: T, index: number) => Promise<void>
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) await task(items[i]!, i)
  }
  await Promise.all(Array.from({ length: parallel }, worker))
}

/** The genesis of all hosts: that of their folder, which no other number of hosts fits, or a new one. */
async function genesisFor(
  { homePath, nodes }: DevnetInit,
  seeds: readonly HostSeed[]
): Promise<Genesis> {
  if (homePath === undefined) return newGenesis(seeds)
  const folder = new Home(homePath)
  if (!(await folder.hasGenesis())) {
    const genesis = newGenesis(seeds)
    await folder.saveGenesis(genesis)
    for (const { home } of seeds) await home.linkGenesis(folder)
    return genesis
  }
  const genesis = await folder.genesis()
  if (genesis.founders.length === nodes) return genesis
  throw new NodeError(
    'DEVNET_SIZE',
    `${homePath} holds a mesh of ${genesis.founders.length} hosts: use --nodes ${genesis.founders.length}, or another --home`
  )
}

/** Founders spread evenly over the cells. */
function newGenesis(seeds: readonly HostSeed[]): Genesis {
  const sides = sidesFor(seeds.length)
  const cells = cellsOf(sides)
  const checked = checkGenesis({
    name: 'devnet',
    env: Env.dev,
    sides,
    createdMs: Date.now(),
    founders: seeds.map(({ secrets }, i) => ({
      keys: publicKeysOf(secrets),
      cell: seeds.length <= cells ? Math.floor((i * cells) / seeds.length) : i % cells,
      addresses: []
    }))
  })
  if (checked.ok) return checked.genesis
  throw new NodeError('GENESIS_REFUSED', checked.message)
}

const WIRING_POLL_MS = 100
const WIRING_TIMEOUT_MS = 180_000

async function wire(devnet: Devnet, init: DevnetInit): Promise<void> {
  for (const { node } of devnet.hosts) node.engage()
  const deadline = performance.now() + WIRING_TIMEOUT_MS
  while (devnet.wired < devnet.hosts.length) {
    if (performance.now() > deadline) {
      throw new NodeError(
        'DEVNET_SIZE',
        `only ${devnet.wired} of ${devnet.hosts.length} hosts wired in ${WIRING_TIMEOUT_MS / 1000} s: try fewer --nodes`
      )
    }
    init.onProgress?.('wiring', devnet.wired, devnet.hosts.length)
    await new Promise(resolve => setTimeout(resolve, WIRING_POLL_MS))
  }
  init.onProgress?.('wiring', devnet.hosts.length, devnet.hosts.length)
}
