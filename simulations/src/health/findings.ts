import type { ShardPort } from '../engine/model.ts'
import type { Fates } from './fates.ts'
import { type Mark, Marks } from './marks.ts'
import { SpreadTimes } from './spread-times.ts'
import { Said, VerdictLog } from './verdict-log.ts'

/** What a shard's run shows: marks, verdicts, and how fast the mesh heard of crashes. */
export class Findings {
  readonly marks: Marks = new Marks()
  readonly spread: SpreadTimes = new SpreadTimes()
  readonly log: VerdictLog = new VerdictLog()
  readonly #port: ShardPort
  readonly #fates: Fates

  constructor(port: ShardPort, fates: Fates) {
    this.#port = port
    this.#fates = fates
  }

  hit(mark: Mark): void {
    this.marks.hit(mark)
  }

  /** A verdict of a node, which is a state worth reaching. */
  verdict(mark: Mark, said: Said, local: number, subject: number, incarnation: number): void {
    this.hit(mark)
    this.log.add(this.#port.nowMs, this.#port.first + local, subject, said, incarnation)
  }

  /** A notice convinced a node that a member is down. */
  noticed(local: number, subject: number, incarnation: number): void {
    const { first, nowMs } = this.#port
    const crash = this.#fates.crashAt(subject, nowMs)
    if (crash !== undefined) this.spread.add(nowMs - crash.fromMs)
    else this.log.add(nowMs, first + local, subject, Said.notice, incarnation)
  }

  columns(): readonly ArrayBufferView[] {
    return [this.marks.counts, this.spread.counts]
  }
}
