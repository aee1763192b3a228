import type { Devnet, DevnetHost } from './devnet.ts'
import type { Arrival } from './spread.ts'

export interface BroadcastFigures {
  /** Other hosts that hold the statement in their ledgers; the least of all broadcasts. */
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

/** How a measurement is followed and cut short. */
export interface MeasureOptions {
  /** Ends it early: figures are of what was measured until then. */
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

const POLL_MS = 50
const BROADCAST_TIMEOUT_MS = 10_000
const DETECTION_TIMEOUT_MS = 15_000

/** One statement for the whole mesh from each of `sources`, one after the other. */
export async function measureBroadcast(
  devnet: Devnet,
  sources: readonly DevnetHost[],
  { signal, onProgress }: MeasureOptions = {}
): Promise<BroadcastFigures> {
  const others = devnet.alive.length - 1
  const delays: number[] = []
  let reach = others
  let copies = 0
  for (const [i, source] of sources.entries()) {
    onProgress?.(i, sources.length)
    if (signal?.aborted) break
    const { sentMs, arrivals } = await spreadFrom(devnet, source, 'takenMs', signal)
    if (signal?.aborted) break
    const taken = timesOf(arrivals, 'takenMs')
    reach = Math.min(reach, taken.size)
    for (const { copies: own } of arrivals) copies += own
    for (const atMs of taken.values()) delays.push(atMs - sentMs)
  }
  onProgress?.(sources.length, sources.length)
  return {
    reach,
    p50Ms: percentile(delays, 50),
    p99Ms: percentile(delays, 99),
    copiesPerNode: Math.round((100 * copies) / Math.max(1, delays.length)) / 100
  }
}

/**
 * One statement for the whole mesh; resolves once every other host got a copy, or 10 s passed.
 *
 * @returns ms from its sending to the first copy at each other host, before it is checked, by index
 */
export async function broadcastFrom(
  devnet: Devnet,
  source: DevnetHost,
  signal?: AbortSignal
): Promise<ReadonlyMap<number, number>> {
  const { sentMs, arrivals } = await spreadFrom(devnet, source, 'firstCopyMs', signal)
  return since(sentMs, timesOf(arrivals, 'firstCopyMs'))
}

type Moment = 'firstCopyMs' | 'takenMs'

/** Sends a statement; resolves once `moment` has come at every other host, or 10 s passed. */
async function spreadFrom(
  devnet: Devnet,
  source: DevnetHost,
  moment: Moment,
  signal: AbortSignal | undefined
): Promise<{ sentMs: number; arrivals: readonly Arrival[] }> {
  const others = devnet.alive.length - 1
  const envelope = await devnet.sayReturned(source)
  await devnet.watchSpread(envelope)
  const sentMs = await devnet.publish(source, envelope)
  const arrived = async (): Promise<readonly Arrival[]> =>
    (await devnet.arrivals()).filter(({ host }) => host !== source.index)
  const done = async (): Promise<boolean> => timesOf(await arrived(), moment).size >= others
  await until(done, BROADCAST_TIMEOUT_MS, signal)
  return { sentMs, arrivals: await arrived() }
}

function timesOf(arrivals: readonly Arrival[], moment: Moment): Map<number, number> {
  const times = new Map<number, number>()
  for (const arrival of arrivals) {
    const atMs = arrival[moment]
    if (atMs !== undefined) times.set(arrival.host, atMs)
  }
  return times
}

/** Counts members that hosts call down although nobody killed them, from its creation on. */
export class FalseRemovals {
  readonly #removed = new Set<string>()
  readonly stop: () => void

  constructor(devnet: Devnet) {
    const hosts = new Map(devnet.hosts.map(host => [host.member, host]))
    this.stop = devnet.onStanding(({ member, standing }) => {
      if (standing === 'down' && hosts.get(member)?.killed !== true) this.#removed.add(member)
    })
  }

  get count(): number {
    return this.#removed.size
  }
}

/**
 * Kills a host; resolves once every survivor knows, or 15 s passed.
 *
 * @returns ms from the kill to each survivor that holds it in its ledger, by index
 */
export async function killAndWait(
  devnet: Devnet,
  victim: DevnetHost,
  signal?: AbortSignal
): Promise<ReadonlyMap<number, number>> {
  const knowing = new Map<number, number>()
  const stop = devnet.onStanding(({ host, member, standing, atMs }) => {
    if (member === victim.member && standing === 'down' && !knowing.has(host)) {
      knowing.set(host, atMs)
    }
  })
  const killedMs = await devnet.kill(victim)
  const knownByAll = (): boolean => devnet.alive.every(({ index }) => knowing.has(index))
  await until(knownByAll, DETECTION_TIMEOUT_MS, signal)
  stop()
  return since(killedMs, knowing)
}

/** Kills hosts one after the other and waits until every survivor knows. */
export async function measureKills(
  devnet: Devnet,
  victims: readonly DevnetHost[],
  { signal, onProgress }: MeasureOptions = {}
): Promise<Omit<FailureFigures, 'falseRemovals'>> {
  const delays: number[] = []
  let killed = 0
  for (const [i, victim] of victims.entries()) {
    onProgress?.(i, victims.length)
    if (signal?.aborted) break
    const knowing = await killAndWait(devnet, victim, signal)
    killed++
    if (signal?.aborted) break
    for (const { index } of devnet.alive) {
      delays.push(knowing.get(index) ?? Number.POSITIVE_INFINITY)
    }
  }
  onProgress?.(victims.length, victims.length)
  return {
    killed,
    detectedP50Ms: percentile(delays, 50),
    detectedP99Ms: percentile(delays, 99)
  }
}

function since(startMs: number, times: ReadonlyMap<number, number>): Map<number, number> {
  return new Map([...times].map(([host, atMs]) => [host, atMs - startMs]))
}

/** @returns the value at the percentile by nearest rank, whole ms; −1 for none or one never reached */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  return value === undefined || !Number.isFinite(value) ? -1 : Math.round(value)
}

async function until(
  done: () => boolean | Promise<boolean>,
  timeoutMs: number,
  signal: AbortSignal | undefined
): Promise<void> {
  const deadlineMs = performance.now() + timeoutMs
  while (!(await done()) && signal?.aborted !== true && performance.now() < deadlineMs) {
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}
