import { TICKS_PER_MS } from '../engine/model.ts'
import { draw } from '../engine/random.ts'
import type { Settings } from './settings.ts'
import { Stream } from './streams.ts'

/** Who publishes which message and when, and who crashes before the first: known to every shard. */
export class Schedule {
  readonly #settings: Settings
  readonly #nodes: number
  readonly #seed: number
  readonly #sources: Int32Array

  constructor(settings: Settings, nodes: number, seed: number) {
    this.#settings = settings
    this.#nodes = nodes
    this.#seed = seed
    this.#sources = Int32Array.from({ length: settings.messages }, (_, i) => this.#drawSource(i))
  }

  /** A node that has crashed publishes nothing; where almost all have, the last one drawn stands. */
  #drawSource(index: number): number {
    let node = 0
    for (let n = 0; n < 64; n++) {
      node = draw(this.#seed, Stream.source, index, n) % this.#nodes
      if (!this.crashes(node)) break
    }
    return node
  }

  /** The node that publishes message `id`, 1 and up. */
  sourceOf(id: number): number {
    return this.#sources[id - 1]!
  }

  publishTick(id: number): number {
    return this.#settings.warmupMs * TICKS_PER_MS + (id - 1) * this.#settings.everyTicks
  }

  get crashTick(): number {
    return this.#settings.warmupMs * TICKS_PER_MS - 1
  }

  crashes(node: number): boolean {
    const { crashedPermille } = this.#settings
    return crashedPermille > 0 && draw(this.#seed, Stream.crash, node, 0) % 1_000 < crashedPermille
  }
}
