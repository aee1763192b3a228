import { draw, mix } from '../engine/random.ts'

/** Draws for one purpose of one seed. Purposes don't disturb each other: each has a stream of its own. */
export class Dice {
  readonly #seed: number
  readonly #stream: number
  #n = 0

  /** @param seed - unsigned 32-bit */
  constructor(seed: number, purpose: string) {
    this.#seed = seed
    let stream = 0
    for (const character of purpose) stream = mix(stream ^ character.codePointAt(0)!)
    this.#stream = stream
  }

  /** A whole number from 0 to `bound - 1`; the bias is below bound / 2^32. */
  below(bound: number): number {
    return draw(this.#seed, this.#stream, 0, this.#n++) % bound
  }

  /** A whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  chance(permille: number): boolean {
    return this.below(1_000) < permille
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }
}
