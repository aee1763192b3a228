import { TimingWheel } from '../engine/timing-wheel.ts'
import { sidesFor } from '../topology/sides.ts'
import { torusTopology } from '../topology/torus.ts'
import { LATENCY_MIN_MS, linkLatencyMs, periodMsOf } from './latency.ts'
import { publisherOf } from './model.ts'

/** A wheel of one-word events fills chunks of 1,024. */
const CHUNK_BITS = 10
const CHUNK_WORDS: number = 1 << CHUNK_BITS
const LINKS = 6
const LINK_BITS = 3
const LINK_MASK: number = (1 << LINK_BITS) - 1
/** The link by which a publication reaches its publisher: none. */
const PUBLISHED = LINK_MASK
/** A link is `peer << 6 | latency`, its latency counted from the least. */
const LATENCY_BITS = 6
const LATENCY_MASK: number = (1 << LATENCY_BITS) - 1

export interface FloodCounts {
  readonly events: number
  readonly deliveries: number
  /** From the publication to the last node's first reception. */
  readonly lastDeliveryMs: number
}

/**
 * The flood model by itself: one wheel, one thread, a tick a millisecond, events of one word
 * (`node << 3 | link`), nothing measured. What the engine's wheel can do at most.
 */
export class FloodKernel {
  readonly nodes: number
  readonly #links: Int32Array
  readonly #received: Uint8Array
  readonly #periodMs: number
  readonly #wheel = new TimingWheel(1, CHUNK_BITS)
  #message = 0

  /** @param nodes - of a torus of three sides, each above 2; below 2^26 */
  constructor(nodes: number, seed: number) {
    const topology = torusTopology(sidesFor(nodes))
    this.nodes = nodes
    this.#periodMs = periodMsOf(sidesFor(nodes))
    this.#received = new Uint8Array(nodes)
    this.#links = new Int32Array(nodes * LINKS)
    for (let node = 0; node < nodes; node++) {
      for (let link = 0; link < LINKS; link++) {
        const at = node * LINKS + link
        const latency = linkLatencyMs(at, seed) - LATENCY_MIN_MS
        this.#links[at] = (topology.peer(node, link) << LATENCY_BITS) | latency
      }
    }
  }

  /** Columns, without the wheel. */
  get byteLength(): number {
    return this.#links.byteLength + this.#received.byteLength
  }

  /** Floods the mesh with one more message. */
  flood(): FloodCounts {
    const wheel = this.#wheel
    const startMs = wheel.now + 1
    const { near, slotMask } = wheel
    const { ends } = near
    const links = this.#links
    const received = this.#received.fill(0)
    const fresh = new Int32Array(CHUNK_WORDS)
    let events = 0
    let deliveries = 0
    let lastDelivery = startMs
    wheel.pushWord(startMs, (publisherOf(++this.#message, this.nodes) << LINK_BITS) | PUBLISHED)
    let pending = near.words
    while (wheel.advance(startMs + this.#periodMs)) {
      const { now } = wheel
      const soonest = now + LATENCY_MIN_MS
      for (let chunk = near.take(now & slotMask); chunk !== 0; chunk = near.release(chunk)) {
        const { words } = near
        const end = near.endOf(chunk)
        const start = near.startOf(chunk)
        events += end - start
        // First receptions are collected without a branch, which no processor could predict.
        let count = 0
        for (let at = start; at < end; at++) {
          const event = words[at]!
          const node = event >>> LINK_BITS
          fresh[count] = event
          count += 1 - received[node]!
          received[node] = 1
        }
        if (count === 0) continue
        deliveries += count
        lastDelivery = now
        for (let i = 0; i < count; i++) {
          const event = fresh[i]!
          const first = (event >>> LINK_BITS) * LINKS
          const from = event & LINK_MASK
          for (let link = 0; link < LINKS; link++) {
            if (link === from) continue
            const to = links[first + link]!
            const slot = (soonest + (to & LATENCY_MASK)) & slotMask
            // The near wheel's reserve, but for its call: every latency lies within that wheel.
            let at = ends[slot]!
            if ((at & (CHUNK_WORDS - 1)) === 0) {
              at = near.reserve(slot)
              pending = near.words
            } else ends[slot] = at + 1
            // The way back is the other link of the same axis.
            pending[at] = ((to >>> LATENCY_BITS) << LINK_BITS) | (link ^ 1)
          }
        }
      }
    }
    return { events, deliveries, lastDeliveryMs: lastDelivery - startMs }
  }
}
