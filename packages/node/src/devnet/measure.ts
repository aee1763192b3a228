import { hash } from 'node:crypto'
import type { Devnet, DevnetHost } from './devnet.ts'

export interface BroadcastFigures {
  /** Other hosts that took the statement in; the least of all broadcasts. */
  reach: number
  p50Ms: number
  p99Ms: number
  /** Gossip copies received, duplicates included, for each host reached. */
  copiesPerNode: number
}

export interface FailureFigures {
  killed: number
  /** From the kill to a surviving host holding it in its ledger, over all survivors and kills. */
  detectedP50Ms: number
  detectedP99Ms: number
  /** Members called down that weren't killed. */
  falseRemovals: number
}

const POLL_MS = 20
const BROADCAST_TIMEOUT_MS = 10_000
const DETECTION_TIMEOUT_MS = 15_000

/** One statement for the whole mesh from each of `sources`, one after the other. */
export async function measureBroadcast(
  devnet: Devnet,
  sources: readonly DevnetHost[]
): Promise<BroadcastFigures> {
  const others = devnet.alive.length - 1
  const delays: number[] = []
  let reach = others
  let copies = 0
  for (const source of sources) {
    const arrivals = new Map<DevnetHost, number>()
    const { key } = source.node.parts.self
    const stop = devnet.onStanding((observer, member, standing, atMs) => {
      if (member === key && standing === 'alive') arrivals.set(observer, atMs)
    })
    const envelope = await source.node.sayReturned()
    devnet.copies.watch(hash('sha256', envelope, 'binary'))
    const sentMs = performance.now()
    await source.node.publishToMesh(envelope)
    await until(() => arrivals.size >= others, BROADCAST_TIMEOUT_MS)
    stop()
    reach = Math.min(reach, arrivals.size)
    copies += devnet.copies.copies
    for (const atMs of arrivals.values()) delays.push(atMs - sentMs)
  }
  return {
    reach,
    p50Ms: percentile(delays, 50),
    p99Ms: percentile(delays, 99),
    copiesPerNode: Math.round((100 * copies) / Math.max(1, delays.length)) / 100
  }
}

/** Counts members that hosts call down although nobody killed them, from its creation on. */
export class FalseRemovals {
  readonly #removed = new Set<string>()
  readonly stop: () => void

  constructor(devnet: Devnet) {
    const killed = (member: string): boolean =>
      devnet.hosts.some(host => host.killed && host.node.parts.self.key === member)
    this.stop = devnet.onStanding((_observer, member, standing) => {
      if (standing === 'down' && !killed(member)) this.#removed.add(member)
    })
  }

  get count(): number {
    return this.#removed.size
  }
}

/** Kills hosts one after the other and waits until every survivor knows. */
export async function measureKills(
  devnet: Devnet,
  victims: readonly DevnetHost[]
): Promise<Omit<FailureFigures, 'falseRemovals'>> {
  const delays: number[] = []
  for (const victim of victims) {
    const knowing = new Map<DevnetHost, number>()
    const { key } = victim.node.parts.self
    const stop = devnet.onStanding((observer, member, standing, atMs) => {
      if (member === key && standing === 'down' && !knowing.has(observer)) {
        knowing.set(observer, atMs)
      }
    })
    const killedMs = performance.now()
    await devnet.kill(victim)
    await until(() => knowing.size >= devnet.alive.length, DETECTION_TIMEOUT_MS)
    stop()
    for (const host of devnet.alive) {
      delays.push((knowing.get(host) ?? Number.POSITIVE_INFINITY) - killedMs)
    }
  }
  return {
    killed: victims.length,
    detectedP50Ms: percentile(delays, 50),
    detectedP99Ms: percentile(delays, 99)
  }
}

/** @returns the value at the percentile by nearest rank, whole ms; −1 for none or one never reached */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  return value === undefined || !Number.isFinite(value) ? -1 : Math.round(value)
}

async function until(done: () => boolean, timeoutMs: number): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs
  while (!done() && performance.now() < deadlineMs) {
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}
