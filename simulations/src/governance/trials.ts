import type { AuditHash } from '../engine/audit.ts'
import { type ShardModel, type ShardPort, TICKS_PER_MS } from '../engine/model.ts'
import type { Topology } from '../topology/topology.ts'

/** One thing to try, by itself: the figures that it ended with, 32-bit integers. */
export type Trial = () => readonly number[]

/** What a shard tried: one row of `width` figures a trial, zeros for those of other shards. */
export interface TrialResult {
  readonly figures: Int32Array
  readonly done: Uint8Array
}

/** What a trial model needs. */
export interface TrialInit {
  readonly topology: Topology
  readonly port: ShardPort
  readonly trials: readonly Trial[]
  /** Figures of each trial. */
  readonly width: number
}

/**
 * Trials that know nothing of each other, a ms of virtual time apart, spread over the shards. What
 * happens within one has the ledger's time, which is its own.
 */
export class TrialModel implements ShardModel {
  readonly #init: TrialInit
  readonly #figures: Int32Array
  readonly #done: Uint8Array

  constructor(init: TrialInit) {
    this.#init = init
    this.#figures = new Int32Array(init.trials.length * init.width)
    this.#done = new Uint8Array(init.trials.length)
  }

  start(): void {
    const { topology, port, trials } = this.#init
    for (let trial = 0; trial < trials.length; trial++) {
      const shard = trial % topology.shards
      if (shard === port.shard) port.timer((trial + 1) * TICKS_PER_MS, 0, 0, trial, 0)
    }
  }

  handle(_local: number, _word: number, trial: number): void {
    const { trials, width, port } = this.#init
    const figures = trials[trial]!()
    if (figures.length !== width) throw new RangeError(`trial ${trial} gave no ${width} figures`)
    this.#figures.set(figures, trial * width)
    this.#done[trial] = 1
    for (const figure of figures) port.audit.add(figure)
  }

  fault(): void {}

  audit(hash: AuditHash): void {
    for (const figure of this.#figures) hash.add(figure)
  }

  columns(): readonly ArrayBufferView[] {
    return [this.#figures, this.#done]
  }

  save(): unknown {
    return null
  }

  restore(): void {}

  result(): TrialResult {
    return { figures: this.#figures, done: this.#done }
  }
}

/** The row of each trial, from whichever shard made it; undefined for those the run was too short for. */
export function rowsOf(
  results: readonly TrialResult[],
  trials: number,
  width: number
): (readonly number[] | undefined)[] {
  return Array.from({ length: trials }, (_, trial) => {
    const shard = results.find(({ done }) => done[trial] === 1)
    return shard && [...shard.figures.subarray(trial * width, (trial + 1) * width)]
  })
}
