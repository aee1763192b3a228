import type { FaultEvent } from './event.ts'

type PartitionEvent = Extract<FaultEvent, { kind: 'partition' }>

const known = new WeakMap<PartitionEvent, Partition>()

/** One partition of a schedule: who stands on its side, a bit for each node. Shards share it. */
export class Partition {
  readonly untilMs: number
  readonly #oneWay: boolean
  readonly #side: Int32Array

  private constructor({ untilMs, oneWay, side }: PartitionEvent, nodes: number) {
    this.untilMs = untilMs
    this.#oneWay = oneWay
    this.#side = new Int32Array((nodes + 31) >>> 5)
    for (const node of side) this.#side[node >>> 5]! |= 1 << (node & 31)
  }

  static of(event: PartitionEvent, nodes: number): Partition {
    let partition = known.get(event)
    if (partition === undefined) {
      partition = new Partition(event, nodes)
      known.set(event, partition)
    }
    return partition
  }

  /** Whether it keeps from `to` what `from` sends. */
  cuts(from: number, to: number): boolean {
    const sends = this.#holds(from)
    return sends !== this.#holds(to) && (sends || !this.#oneWay)
  }

  #holds(node: number): boolean {
    return ((this.#side[node >>> 5]! >>> (node & 31)) & 1) === 1
  }
}
