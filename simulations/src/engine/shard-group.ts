import type { RunSetup, Scenario } from '../scenario/scenario.ts'
import type { SavedShard } from './checkpoint.ts'
import type { AllocateWords } from './chunk-queues.ts'
import { TICKS_PER_MS } from './model.ts'
import { eachReceiver, type OutboxColumns } from './outbox.ts'
import { Shard } from './shard.ts'

/** What a shard found. */
export interface ShardResult {
  readonly shard: number
  readonly result: unknown
  /** Both halves of its audit hash. */
  readonly audit: readonly [low: number, high: number]
  readonly events: number
  /** Of those, handled by the model without an event of the engine's. */
  readonly putOff: number
  readonly bytes: number
}

/** Which of a run's threads it is. */
export interface Share {
  readonly thread: number
  readonly threads: number
}

/** Where a thread reads the mail of all shards, its own and the others'. */
export interface PostOffice {
  /** Tells the others where this thread's outboxes are, if they moved; before each barrier. */
  publish(): void
  /** Hears where the others' are; after each barrier. */
  listen(): void
  /** The outbox that a shard wrote in the last window. */
  outbox(shard: number, parity: number): OutboxColumns
}

/**
 * The shards of one thread, and their steps from window to window. Threads take turns at the shards, so
 * that what happens in one region of the mesh is shared among them.
 */
export class ShardGroup {
  readonly shards: readonly Shard[]
  /** The same by their numbers; others' have none. */
  readonly #byNumber: readonly (Shard | undefined)[]
  readonly #endTick: number
  #parity = 0

  constructor(
    setup: RunSetup,
    scenario: Scenario,
    { thread, threads }: Share,
    allocate: AllocateWords
  ) {
    const { topology, faults } = setup
    this.#endTick = setup.spec.durationMs * TICKS_PER_MS
    const shards: Shard[] = []
    for (let number = thread; number < topology.shards; number += threads) {
      const shard = new Shard({ shard: number, topology, faults, allocate })
      shard.model = scenario.createShard(setup, shard)
      shards.push(shard)
    }
    this.shards = shards
    this.#byNumber = Array.from({ length: topology.shards }, (_, number) =>
      shards.find(({ shard }) => shard === number)
    )
  }

  /** Least delay of all mail: how long a window may be. */
  get lookahead(): number {
    return this.shards.reduce((least, { lookahead }) => Math.min(least, lookahead), this.#endTick)
  }

  get events(): number {
    return this.shards.reduce((sum, { events }) => sum + events, 0)
  }

  /** When something happens next; `Infinity` if nothing does before the run's end. */
  get earliest(): number {
    const earliest = this.shards.reduce(
      (least, shard) => Math.min(least, shard.earliest),
      Number.POSITIVE_INFINITY
    )
    return earliest < this.#endTick ? earliest : Number.POSITIVE_INFINITY
  }

  start(): void {
    for (const shard of this.shards) shard.start()
  }

  restore(saved: readonly SavedShard[]): void {
    for (const shard of this.shards) shard.restore(saved[shard.shard]!)
  }

  save(): SavedShard[] {
    return this.shards.map(shard => shard.save(this.#parity))
  }

  /** Handles a window of `ticks` from `start` on. */
  run(start: number, ticks: number): void {
    const end = Math.min(start + ticks, this.#endTick)
    for (const shard of this.shards) shard.run(start, end, this.#parity)
  }

  /** Takes the mail of the window just run, from all shards in their order. */
  collect(post: PostOffice): void {
    const parity = this.#parity
    post.listen()
    for (let sender = 0; sender < this.#byNumber.length; sender++) {
      const outbox = post.outbox(sender, parity)
      eachReceiver(outbox, shard => this.#byNumber[shard]?.collect(outbox))
    }
    this.#parity = 1 - parity
  }

  results(): ShardResult[] {
    return this.shards.map(shard => {
      const { model, audit } = shard
      model.audit(audit)
      // First: what the model put off is handled by then.
      const result = model.result()
      const { events, byteLength: bytes } = shard
      const { putOff = 0 } = model
      return { shard: shard.shard, result, audit: audit.save(), events, putOff, bytes }
    })
  }
}
