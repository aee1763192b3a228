import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import {
  broadcastFrom,
  createLogger,
  type Devnet,
  type DevnetHost,
  killAndWait,
  resolveConfig,
  startDevnet
} from '@torusmesh/node'
import type { Topology } from '@torusmesh/simulations'
import type { LongLinks, Torus } from '@torusmesh/torus'
import { type Sample, sampleOf } from './distribution.ts'
import { phase, type Tell } from './realism-phase.ts'
import { median } from './row.ts'

/**
 * A broadcast during which the thread of all hosts stood still for longer is repeated: that isn't the
 * network. More hosts have more threads, and never keep still.
 */
const STALL_MAX_MS = 15
const TRIES = 5
const ONE_THREAD_HOSTS = 64
/** gossipsub's meshes form in the first heartbeats of the last host. */
const MESHES_FORM_MS = 5_000
const REPORTS_POLL_MS = 200
/** Between a kill that all know of and the next. */
const NEXT_KILL_MS = 3_000
/** Neighbours on a torus of three sides above 2. */
const NEIGHBOURS = 6

const START_DEADLINE_MS = 90_000
/** 512 hosts share two threads, and wire in one to three minutes. */
const START_LARGE_DEADLINE_MS = 180_000
const BROADCASTS_DEADLINE_MS = 60_000
const KILLS_DEADLINE_MS = 60_000

/** Times have an infinite one for each host that wasn't reached in time. */
export interface LiveBroadcasts {
  /** Of all sendings. */
  readonly allMs: Sample
  /**
   * One from each source: the first during which the first thread never stood still, else the last
   * try. Of more hosts than {@link ONE_THREAD_HOSTS} there is none.
   */
  readonly quietMs: Sample | undefined
  /** From the sending to the first copy at a peer of the source, less what the wire takes; the median. */
  readonly hopMs: number
  readonly sendings: number
  /** Sendings during which the first thread stood still for over {@link STALL_MAX_MS}. */
  readonly stalled: number
}

/** Times have an infinite one for each host that didn't hear of it in time. */
export interface LiveKills {
  /** From a kill to each survivor's ledger. */
  readonly knownMs: Sample
  /** The same of the victim's neighbours alone. */
  readonly downMs: Sample
}

/** What a live mesh did; what its deadline cut off is `undefined`. */
export interface Live {
  readonly topology: Topology
  readonly broadcasts: LiveBroadcasts | undefined
  readonly kills: LiveKills | undefined
}

/** What to do in a live mesh, once its links are known. */
export interface LivePlan {
  readonly nodes: number
  /** `nodes * nodes`, a row for each sender. */
  readonly oneWayMs: Float32Array
  sourcesOn(topology: Topology): Promise<Iterable<number>>
  readonly victims: readonly number[]
}

/** Starts a mesh with injected delays, broadcasts, then kills; `undefined` if it never was wired. */
export async function runLive(plan: LivePlan): Promise<Live | undefined> {
  const { nodes, oneWayMs, victims } = plan
  const deadlineMs = nodes <= ONE_THREAD_HOSTS ? START_DEADLINE_MS : START_LARGE_DEADLINE_MS
  const started = await phase('live mesh', deadlineMs, (signal, tell) =>
    startMesh(nodes, oneWayMs, signal, tell)
  )
  if (started === undefined) return undefined
  await using devnet = started
  const topology = topologyOf(devnet)
  const sources = await plan.sourcesOn(topology)
  const broadcasts = await phase('live broadcasts', BROADCASTS_DEADLINE_MS, (signal, tell) =>
    broadcastAll(devnet, { topology, oneWayMs, sources: [...sources] }, signal, tell)
  )
  const kills = await phase('live kills', KILLS_DEADLINE_MS, (signal, tell) =>
    killAll(devnet, topology, victims, signal, tell)
  )
  return { topology, broadcasts, kills }
}

async function startMesh(
  nodes: number,
  oneWayMs: Float32Array,
  signal: AbortSignal,
  tell: Tell
): Promise<Devnet> {
  const flags = {
    'listen.address': '/ip4/127.0.0.1/tcp/0',
    'overlay.dialTimeoutMs': '15000',
    'log.level': 'silent'
  }
  const { config } = resolveConfig({ flags })
  const logger = createLogger({ ...config.log, destination: { write: () => undefined } })
  return await startDevnet({ nodes, oneWayMs, config, logger, signal, onProgress: tell })
}

interface Broadcasts {
  readonly topology: Topology
  readonly oneWayMs: Float32Array
  readonly sources: readonly number[]
}

async function broadcastAll(
  devnet: Devnet,
  { topology, oneWayMs, sources }: Broadcasts,
  signal: AbortSignal,
  tell: Tell
): Promise<LiveBroadcasts | undefined> {
  const { nodes } = topology
  const isOneThread = nodes <= ONE_THREAD_HOSTS
  await pause(MESHES_FORM_MS)
  const all: number[] = []
  const quiet: number[] = []
  const hopsMs: number[] = []
  let [sendings, stalled] = [0, 0]
  for (const [i, source] of sources.entries()) {
    tell('sources', i, sources.length)
    for (let left = isOneThread ? TRIES : 1; left > 0; left--) {
      const stall = monitorEventLoopDelay({ resolution: 1 })
      stall.enable()
      const heardMs = await broadcastFrom(devnet, devnet.hosts[source]!, signal)
      stall.disable()
      // One that was cut short says only how early the early ones were.
      if (signal.aborted) break
      const timesMs = timesOf(devnet.alive, heardMs, source)
      const isStalled = stall.max / 1e6 > STALL_MAX_MS
      sendings++
      if (isStalled) stalled++
      all.push(...timesMs)
      if (left > 1 && isStalled) continue
      quiet.push(...timesMs)
      for (const peer of peersOf(topology, source)) {
        const hopMs = (heardMs.get(peer) ?? Number.NaN) - oneWayMs[source * nodes + peer]!
        if (Number.isFinite(hopMs)) hopsMs.push(hopMs)
      }
      break
    }
    if (signal.aborted) break
  }
  if (quiet.length === 0) return undefined
  return {
    ...{ allMs: sampleOf(all), quietMs: isOneThread ? sampleOf(quiet) : undefined },
    ...{ hopMs: median(hopsMs), sendings, stalled }
  }
}

async function killAll(
  devnet: Devnet,
  topology: Topology,
  victims: readonly number[],
  signal: AbortSignal,
  tell: Tell
): Promise<LiveKills | undefined> {
  // Who watches a host is in its reports: without them nobody's word against it counts.
  while ((await devnet.rows()).some(({ reportsIn }) => reportsIn < NEIGHBOURS)) {
    if (signal.aborted) return undefined
    await pause(REPORTS_POLL_MS)
  }
  const known: number[] = []
  const down: number[] = []
  for (const [i, victim] of victims.entries()) {
    tell('killed', i, victims.length)
    const times = await killAndWait(devnet, devnet.hosts[victim]!, signal)
    if (signal.aborted) break
    known.push(...timesOf(devnet.alive, times))
    const watchers = devnet.alive.filter(({ index }) => topology.distance!(index, victim) === 1)
    down.push(...timesOf(watchers, times))
    await pause(NEXT_KILL_MS)
  }
  return known.length === 0 ? undefined : { knownMs: sampleOf(known), downMs: sampleOf(down) }
}

/** When each of some hosts was reached; `Infinity` for who wasn't. */
function timesOf(
  hosts: readonly DevnetHost[],
  times: ReadonlyMap<number, number>,
  except = -1
): number[] {
  return hosts
    .filter(({ index }) => index !== except)
    .map(({ index }) => times.get(index) ?? Number.POSITIVE_INFINITY)
}

/** The links that a mesh with one host a cell keeps; a host's index is its number. */
function topologyOf(devnet: Devnet): Topology {
  const { torus, longLinks, founders } = devnet.firstNode.parts.charter
  const cells = devnet.hosts.map(({ member }: DevnetHost) => founders.byKey.get(member)!.cell)
  if (cells.some((cell, index) => cell !== index) || cells.length !== torus.cells) {
    throw new Error('take 27, 64, 125, 216, 343 or 512 hosts: one in each cell')
  }
  const peers = cells.map(cell => linksOf(torus, longLinks, cell))
  return {
    nodes: cells.length,
    degree: NEIGHBOURS + 2,
    peer: (node, link) => peers[node]![link] ?? -1,
    back: (node, link) => peers[peers[node]![link]!]?.indexOf(node) ?? -1,
    shards: 1,
    firstOf: shard => shard * cells.length,
    shardOf: () => 0,
    distance: (a, b) => torus.distance(a, b)
  }
}

function linksOf(torus: Torus, { dials, accepts }: LongLinks, cell: number): number[] {
  return [...new Set([...torus.neighbours(cell), dials[cell]!, accepts[cell]!])]
}

function peersOf({ degree, peer }: Topology, node: number): number[] {
  return Array.from({ length: degree }, (_, link) => peer(node, link)).filter(other => other >= 0)
}
