import type { Quantiles } from './init.ts'

const ALIVE = -1

/** What is learned from a run: who was called down, how fast, and whether rightly. */
export class Measures {
  readonly #afflicted: (node: number) => boolean
  readonly #killedMs: Int32Array
  /** First accusation and conviction by each watcher of each killed node, ms after the kill. */
  readonly #accusationMs = new Map<string, number>()
  readonly #detectionMs = new Map<string, number>()
  readonly #removedHealthy = new Set<number>()
  readonly #removedAfflicted = new Set<number>()
  falseAccusations = 0
  refutations = 0

  /** @param afflicted - whether a node is starved or deaf at some time of the run */
  constructor(nodes: number, afflicted: (node: number) => boolean) {
    this.#afflicted = afflicted
    this.#killedMs = new Int32Array(nodes).fill(ALIVE)
  }

  isDead(node: number): boolean {
    return this.#killedMs[node] !== ALIVE
  }

  killed(node: number, now: number): void {
    this.#killedMs[node] = now
  }

  accused(watcher: number, peer: number, now: number): void {
    if (this.isDead(peer)) this.#first(this.#accusationMs, watcher, peer, now)
    else this.falseAccusations++
  }

  removed(watcher: number, peer: number, now: number): void {
    if (this.isDead(peer)) this.#first(this.#detectionMs, watcher, peer, now)
    else if (this.#afflicted(peer)) this.#removedAfflicted.add(peer)
    else this.#removedHealthy.add(peer)
  }

  #first(times: Map<string, number>, watcher: number, peer: number, now: number): void {
    const pair = `${watcher} ${peer}`
    if (!times.has(pair)) times.set(pair, now - this.#killedMs[peer]!)
  }

  /** @param pairs - the watchers that count, each with the killed node it watches */
  summary(pairs: readonly (readonly [watcher: number, peer: number])[]): {
    detectionMs: Quantiles
    accusationMs: Quantiles
    missed: number
    falseRemovals: number
    falseRemovalsAfflicted: number
  } {
    const of = (times: Map<string, number>): number[] =>
      pairs.flatMap(([watcher, peer]) => times.get(`${watcher} ${peer}`) ?? [])
    const detections = of(this.#detectionMs)
    return {
      detectionMs: quantiles(detections),
      accusationMs: quantiles(of(this.#accusationMs)),
      missed: pairs.length - detections.length,
      falseRemovals: this.#removedHealthy.size,
      falseRemovalsAfflicted: this.#removedAfflicted.size
    }
  }
}

function quantiles(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (percent: number): number =>
    sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0
  return { samples: sorted.length, p50: at(50), p99: at(99), max: at(100) }
}
