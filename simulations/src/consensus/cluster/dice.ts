import { draw } from '../../engine/random.ts'
import { Stream } from '../streams.ts'

/** Counter-based draws of one cluster: what befalls it depends on nothing but the run's seed and its place. */
export class Dice {
  readonly #seed: number
  readonly #cluster: number
  #thrown = 0

  /** @param cluster - number of its first node */
  constructor(seed: number, cluster: number) {
    this.#seed = seed
    this.#cluster = cluster
  }

  below(bound: number): number {
    return draw(this.#seed, Stream.scenario, this.#cluster, this.#thrown++) % bound
  }

  chance(permille: number): boolean {
    return this.below(1_000) < permille
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }

  /** 0 to `count - 1` in drawn order. */
  order(count: number): number[] {
    const order = Array.from({ length: count }, (_, at) => at)
    for (let at = count - 1; at > 0; at--) {
      const other = this.below(at + 1)
      ;[order[at], order[other]] = [order[other]!, order[at]!]
    }
    return order
  }
}
