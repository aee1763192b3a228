import { drawAt, Purpose, purposeKey } from './draws.ts'
import { GRAINS_PER_MS, GRAINS_PER_TICK } from './latency.ts'
import type { BandwidthClass } from './spec.ts'

/** What waits for a link longer than this is dropped: queues have an end. */
const QUEUE_MAX_GRAINS: number = 60_000 * GRAINS_PER_MS

/** Links of nodes, each of which serves one message after the other. */
export class SerialLinks {
  /** Until when each is busy, in grains. */
  readonly busyUntil: Float64Array
  readonly #kbps: Float64Array

  /** @param kbps - of each link */
  constructor(kbps: Float64Array) {
    this.#kbps = kbps
    this.busyUntil = new Float64Array(kbps.length)
  }

  /** Grains from now until the link has passed on a message; -1 if too many wait before it. */
  serve(link: number, sizeBytes: number, nowTicks: number): number {
    const now = nowTicks * GRAINS_PER_TICK
    const start = Math.max(now, this.busyUntil[link]!)
    if (start - now > QUEUE_MAX_GRAINS) return -1
    const end = start + Math.ceil((sizeBytes * 8 * GRAINS_PER_MS) / this.#kbps[link]!)
    this.busyUntil[link] = end
    return end - now
  }
}

/** Uplinks and downlinks of the nodes of a shard; each node's class is drawn by itself. */
export function createBandwidth(
  classes: readonly BandwidthClass[],
  init: { seed: number; stream: number; first: number; nodes: number }
): { up: SerialLinks; down: SerialLinks } {
  const key = purposeKey(init.seed, init.stream, Purpose.bandwidth)
  const up = new Float64Array(init.nodes)
  const down = new Float64Array(init.nodes)
  for (let local = 0; local < init.nodes; local++) {
    const { upKbps, downKbps } = classOf(classes, drawAt(key, init.first + local, 0) % 1_000)
    up[local] = upKbps
    down[local] = downKbps
  }
  return { up: new SerialLinks(up), down: new SerialLinks(down) }
}

function classOf(classes: readonly BandwidthClass[], permille: number): BandwidthClass {
  let left = permille
  return classes.find(({ sharePermille }) => {
    left -= sharePermille
    return left < 0
  })!
}
