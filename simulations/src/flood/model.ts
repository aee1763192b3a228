import { type ShardModel, type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import type { RunSetup } from '../scenario/scenario.ts'
import { LATENCY_MIN_MS, linkLatencyMs } from './latency.ts'

/** The link by which a publication reaches its publisher: none. */
const PUBLISHED = 15

/** What one shard saw. */
export interface FloodResult {
  /** By ms since publication: nodes that received a message for the first time. */
  readonly deliveriesByMs: Int32Array
}

/** How one message after the other floods the mesh; each has surely ended when the next begins. */
export interface FloodPlan {
  readonly messages: number
  readonly periodMs: number
}

/** Nodes that forward a message by all other links when they receive it first. */
export class FloodModel implements ShardModel {
  readonly lookaheadTicks: number = LATENCY_MIN_MS * TICKS_PER_MS
  readonly eventWords = 1
  readonly #port: ShardPort
  readonly #setup: RunSetup
  readonly #plan: FloodPlan
  /** By node: messages received. They come one after the other, so this is the last one's number. */
  readonly #received: Int32Array
  readonly #deliveriesByMs: Int32Array

  constructor(setup: RunSetup, port: ShardPort, plan: FloodPlan) {
    this.#setup = setup
    this.#port = port
    this.#plan = plan
    this.#received = new Int32Array(port.nodes)
    this.#deliveriesByMs = new Int32Array(plan.periodMs)
  }

  start(): void {
    const { first, nodes } = this.#port
    for (let message = 1; message <= this.#plan.messages; message++) {
      const local = publisherOf(message, this.#setup.topology.nodes) - first
      if (local < 0 || local >= nodes) continue
      const delayTicks = Math.max(1, (message - 1) * this.#plan.periodMs * TICKS_PER_MS)
      this.#port.timer(delayTicks, local, PUBLISHED, 0, 0)
    }
  }

  handle(local: number, from: number): void {
    const port = this.#port
    const message = Math.floor(port.nowMs / this.#plan.periodMs) + 1
    if (this.#received[local] === message) return
    this.#received[local] = message
    this.#deliveriesByMs[port.nowMs % this.#plan.periodMs]!++
    const { topology, spec } = this.#setup
    const node = port.first + local
    const { degree } = topology
    for (let link = 0; link < degree; link++) {
      if (link === from) continue
      const delayMs = linkLatencyMs(node * degree + link, spec.seed)
      port.send(delayMs * TICKS_PER_MS, topology.peer(node, link), topology.back(node, link), 0, 0)
    }
  }

  fault(): void {}

  audit(): void {}

  columns(): readonly ArrayBufferView[] {
    return [this.#received, this.#deliveriesByMs]
  }

  save(): unknown {
    return null
  }

  restore(): void {}

  result(): FloodResult {
    return { deliveriesByMs: this.#deliveriesByMs }
  }
}

export function publisherOf(message: number, nodes: number): number {
  return (message * 7919) % nodes
}
