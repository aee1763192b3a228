import { draw } from './random.ts'
import type { EventWheel } from './wheel.ts'

/** Loss on a link: a datagram is gone; a TCP segment is late by a timeout, and all behind it wait. */
export type LossModel = 'drop' | 'retransmit'

export interface NetworkModel {
  /** Median one-way delay; the distribution is lognormal with sigma 0.5. */
  readonly latencyMs: number
  readonly lossPermille: number
  readonly loss: LossModel
}

/** Quantiles (i + 0.5) / 32 of a lognormal distribution with median 1,000 and sigma 0.5. */
// biome-ignore format: a table
const LATENCY_PERMILLE = [
  341, 433, 492, 541, 583, 623, 660, 696, 731, 766, 800, 835, 870, 906, 943, 981,
  1020, 1061, 1104, 1149, 1197, 1249, 1306, 1368, 1437, 1515, 1605, 1714, 1850, 2032, 2312, 2936
] as const
const LATENCY_BITS = 5

/** Linux's least retransmission timeout; it doubles with each loss of the same segment (RFC 6298). */
const RTO_MIN_MS = 200
const RETRANSMISSIONS_MAX = 5

/** Delays and loses messages on the directed links of a mesh. */
export class Network {
  readonly #model: NetworkModel
  readonly #wheel: EventWheel
  readonly #seed: number
  readonly #stream: number
  readonly #draws: Uint32Array
  readonly #linksPerNode: number
  readonly #arrivalMs: Int32Array
  sent = 0

  constructor(
    model: NetworkModel,
    wheel: EventWheel,
    nodes: number,
    linksPerNode: number,
    seed: number,
    stream: number
  ) {
    this.#model = model
    this.#wheel = wheel
    this.#seed = seed
    this.#stream = stream
    this.#draws = new Uint32Array(nodes)
    this.#linksPerNode = linksPerNode
    this.#arrivalMs = new Int32Array(nodes * linksPerNode)
  }

  /** Sends from `from` over its link `link`; the event that arrives is `(to, w1, w2, w3)`. */
  send(from: number, link: number, to: number, w1: number, w2: number, w3: number): void {
    this.sent++
    const word = this.#draw(from)
    let atMs = this.#wheel.nowMs + this.#latencyMs(word)
    if (this.#lost(word)) {
      if (this.#model.loss === 'drop') return
      atMs += this.#retransmitMs(from)
    }
    const index = from * this.#linksPerNode + link
    if (this.#model.loss === 'retransmit') atMs = Math.max(atMs, this.#arrivalMs[index]!)
    this.#arrivalMs[index] = atMs
    this.#wheel.push(atMs, to, w1, w2, w3)
  }

  /** When the last message sent over a link arrives. */
  arrivalMs(from: number, link: number): number {
    return this.#arrivalMs[from * this.#linksPerNode + link]!
  }

  /** A delay for what isn't a message of the mesh: a refused dial, a closed connection. */
  delayMs(from: number): number {
    return this.#latencyMs(this.#draw(from))
  }

  #draw(from: number): number {
    return draw(this.#seed, this.#stream, from, this.#draws[from]!++)
  }

  #latencyMs(word: number): number {
    const permille = LATENCY_PERMILLE[word & ((1 << LATENCY_BITS) - 1)]!
    return Math.max(1, Math.floor((this.#model.latencyMs * permille + 500) / 1000))
  }

  #lost(word: number): boolean {
    return (word >>> LATENCY_BITS) % 1000 < this.#model.lossPermille
  }

  #retransmitMs(from: number): number {
    let timeoutMs = RTO_MIN_MS + 2 * this.#model.latencyMs
    let waitedMs = timeoutMs
    for (let n = 1; n < RETRANSMISSIONS_MAX && this.#lost(this.#draw(from)); n++) {
      timeoutMs *= 2
      waitedMs += timeoutMs
    }
    return waitedMs
  }
}
