import { mix } from '../engine/random.ts'
import { chance, drawAt, happens } from './draws.ts'
import type { LossSpec } from './spec.ts'

/** Chances in 2^23ths, with the state of each directed link of a shard where there is one. */
export class Loss {
  readonly #good: number
  readonly #bad: number
  readonly #toBad: number
  readonly #toGood: number
  /** 1 where a link is in the bad state. */
  readonly state: Uint8Array | undefined

  /** Links begin in each state as often as they are in it in the long run. */
  constructor(spec: LossSpec, key: number, firstLink: number, links: number) {
    const bursts = spec.model === 'gilbert-elliott'
    this.#good = chance(bursts ? spec.lossGoodPermille : spec.model === 'none' ? 0 : spec.permille)
    this.#bad = chance(bursts ? spec.lossBadPermille : 0)
    this.#toBad = chance(bursts ? spec.goodToBadPermille : 0)
    this.#toGood = chance(bursts ? spec.badToGoodPermille : 0)
    const turns = this.#toBad + this.#toGood
    if (turns === 0) {
      this.state = undefined
    } else {
      this.state = new Uint8Array(links)
      for (let link = 0; link < links; link++) {
        if (drawAt(key, firstLink + link, 0) % turns < this.#toBad) this.state[link] = 1
      }
    }
  }

  /** Whether no message is ever lost. */
  get never(): boolean {
    return this.#good === 0 && this.state === undefined
  }

  /** Whether a message over a link is lost; its state turns for the next. */
  lost(link: number, word: number): boolean {
    const state = this.state
    if (state === undefined) return happens(word, this.#good)
    const bad = state[link] === 1
    if (happens(mix(word), bad ? this.#toGood : this.#toBad)) state[link] = bad ? 0 : 1
    return happens(word, bad ? this.#bad : this.#good)
  }
}
