import type { ShardModel, ShardPort } from '../engine/model.ts'
import type { FaultEvent } from '../faults/event.ts'
import type { Scenario } from '../scenario/scenario.ts'

/** A message from one node to another; times are ticks. Those lost on the way aren't seen. */
export interface TracedMessage {
  readonly sentTicks: number
  readonly arrivesTicks: number
  readonly from: number
  readonly to: number
  readonly word: number
  readonly a: number
  readonly b: number
}

/** What a run tells of itself. */
export interface Tap {
  onMessage(message: TracedMessage): void
  /** What all shards found, at the end. */
  onResults?(results: readonly unknown[]): void
}

/**
 * The same scenario, with all that its nodes send each other told to a tap: for runs with one worker.
 * It stands between the engine and the model, so that runs without it pay nothing, and hashes agree.
 */
export function traced(scenario: Scenario, tap: Tap): Scenario {
  return {
    ...scenario,
    createShard(setup, port) {
      const traced = new TracedPort(port, tap)
      return withSender(scenario.createShard(setup, traced), traced)
    },
    merge(setup, results) {
      tap.onResults?.(results)
      return scenario.merge(setup, results)
    }
  }
}

/** A shard's port that tells what goes out, and from whom. */
class TracedPort implements ShardPort {
  /** The node that acts, by its global number. */
  node = -1
  readonly #port: ShardPort
  readonly #tap: Tap

  constructor(port: ShardPort, tap: Tap) {
    this.#port = port
    this.#tap = tap
  }

  get shard(): number {
    return this.#port.shard
  }

  get first(): number {
    return this.#port.first
  }

  get nodes(): number {
    return this.#port.nodes
  }

  get nowTicks(): number {
    return this.#port.nowTicks
  }

  get nowMs(): number {
    return this.#port.nowMs
  }

  get audit(): ShardPort['audit'] {
    return this.#port.audit
  }

  timer(delayTicks: number, local: number, word: number, a: number, b: number): void {
    // A model may time what it sends within its shard.
    this.#told(delayTicks, this.first + local, word, a, b)
    this.#port.timer(delayTicks, local, word, a, b)
  }

  send(delayTicks: number, node: number, word: number, a: number, b: number): void {
    this.#told(delayTicks, node, word, a, b)
    this.#port.send(delayTicks, node, word, a, b)
  }

  intern(words: Int32Array): number {
    return this.#port.intern(words)
  }

  payload(handle: number): Int32Array {
    return this.#port.payload(handle)
  }

  #told(delayTicks: number, to: number, word: number, a: number, b: number): void {
    const from = this.node
    if (from < 0 || from === to) return
    const sentTicks = this.nowTicks
    this.#tap.onMessage({ sentTicks, arrivesTicks: sentTicks + delayTicks, from, to, word, a, b })
  }
}

/** The model, saying before all it does for which node it is. */
function withSender(model: ShardModel, port: TracedPort): ShardModel {
  return {
    ...(model.lookaheadTicks !== undefined && { lookaheadTicks: model.lookaheadTicks }),
    ...(model.eventWords !== undefined && { eventWords: model.eventWords }),
    start: () => model.start(),
    handle(local, word, a, b) {
      port.node = port.first + local
      model.handle(local, word, a, b)
    },
    fault(event: FaultEvent) {
      port.node = 'node' in event ? event.node : -1
      model.fault(event)
    },
    audit: hash => model.audit(hash),
    columns: () => model.columns(),
    save: () => model.save(),
    restore: saved => model.restore(saved),
    result: () => model.result()
  }
}
