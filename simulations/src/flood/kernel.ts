import { TimingWheel } from '../engine/timing-wheel.ts'
import { sidesFor } from '../topology/sides.ts'
import { torusTopology } from '../topology/torus.ts'
import { linkLatencyMs, periodMsOf } from './latency.ts'
import { publisherOf } from './model.ts'

/** A wheel of one-word events fills chunks of 1,024. */
const CHUNK_BITS = 10
const CHUNK_MASK: number = (1 << CHUNK_BITS) - 1
const LINK_BITS = 3
const LINK_MASK: number = (1 << LINK_BITS) - 1
const PUBLISHED = LINK_MASK
const LINKS = 6

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
  readonly #peers: Int32Array
  readonly #latencyMs: Uint8Array
  readonly #received: Int32Array
  readonly #periodMs: number
  #message = 0

  /** @param nodes - of a torus of three sides, each above 2 */
  constructor(nodes: number, seed: number) {
    const topology = torusTopology(sidesFor(nodes))
    this.nodes = nodes
    this.#periodMs = periodMsOf(sidesFor(nodes))
    this.#received = new Int32Array(nodes)
    this.#latencyMs = new Uint8Array(nodes * LINKS)
    this.#peers = new Int32Array(nodes * LINKS)
    for (let node = 0; node < nodes; node++) {
      for (let link = 0; link < LINKS; link++) {
        const at = node * LINKS + link
        this.#latencyMs[at] = linkLatencyMs(at, seed)
        this.#peers[at] = (topology.peer(node, link) << LINK_BITS) | topology.back(node, link)
      }
    }
  }

  /** Columns, without the wheel. */
  get byteLength(): number {
    return this.#peers.byteLength + this.#latencyMs.byteLength + this.#received.byteLength
  }

  /** Floods the mesh with one more message. */
  flood(): FloodCounts {
    const wheel = new TimingWheel(1, CHUNK_BITS)
    const { near, slotMask } = wheel
    const { ends } = near
    const peers = this.#peers
    const latencyMs = this.#latencyMs
    const received = this.#received
    const message = ++this.#message
    let events = 0
    let deliveries = 0
    let lastDelivery = 0
    wheel.pushWord(1, (publisherOf(message, this.nodes) << LINK_BITS) | PUBLISHED)
    let pending = near.words
    while (wheel.advance(this.#periodMs)) {
      const { now } = wheel
      for (let chunk = near.take(now & slotMask); chunk !== 0; chunk = near.release(chunk)) {
        const { words } = near
        const start = near.startOf(chunk)
        const end = near.endOf(chunk)
        events += end - start
        for (let at = start; at < end; at++) {
          const event = words[at]!
          const node = event >>> LINK_BITS
          if (received[node] === message) continue
          received[node] = message
          deliveries++
          lastDelivery = now
          const from = event & LINK_MASK
          const first = node * LINKS
          for (let link = 0; link < LINKS; link++) {
            if (link === from) continue
            // The near wheel's reserve, but for its call: every latency lies within that wheel.
            const slot = (now + latencyMs[first + link]!) & slotMask
            let to = ends[slot]!
            if ((to & CHUNK_MASK) === 0) {
              to = near.reserve(slot)
              pending = near.words
            } else ends[slot] = to + 1
            pending[to] = peers[first + link]!
          }
        }
      }
    }
    return { events, deliveries, lastDeliveryMs: lastDelivery - 1 }
  }
}
