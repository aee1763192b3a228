import type { FaultEvent } from '../faults/event.ts'
import { Partition } from '../faults/partition.ts'

/** Linux's least and longest retransmission timeouts; it doubles in between (RFC 6298). */
const RTO_MIN_MS = 200
const RTO_MAX_MS = 120_000

interface Cut {
  readonly atMs: number
  readonly partition: Partition
}

/** When streams get through what partitions keep back: the sender's kernel sends it again and again. */
export class Resends {
  readonly #cuts: readonly Cut[]
  /** By node: when it goes down. */
  readonly #crashesMs = new Map<number, number[]>()

  /** @param nodes - of the whole mesh */
  constructor(faults: readonly FaultEvent[], nodes: number) {
    const cuts: Cut[] = []
    for (const event of faults) {
      if (event.kind === 'partition') {
        cuts.push({ atMs: event.atMs, partition: Partition.of(event, nodes) })
      } else if (event.kind === 'crash') {
        const crashesMs = this.#crashesMs.get(event.node) ?? []
        crashesMs.push(event.atMs)
        this.#crashesMs.set(event.node, crashesMs)
      }
    }
    this.#cuts = cuts
  }

  /**
   * How long after `nowMs` the first copy of a segment that `from` sends to `to` gets through; -1 if
   * one of the two crashes before, and the connection with it.
   */
  waitMs(from: number, to: number, nowMs: number, roundTripMs: number): number {
    let atMs = nowMs
    for (let n = 0; this.#isCut(from, to, atMs); n++) atMs += timeoutMs(roundTripMs, n)
    const ends = [from, to].flatMap(node => this.#crashesMs.get(node) ?? [])
    return ends.some(crashMs => crashMs > nowMs && crashMs <= atMs) ? -1 : atMs - nowMs
  }

  #isCut(from: number, to: number, atMs: number): boolean {
    return this.#cuts.some(
      cut => cut.atMs <= atMs && atMs < cut.partition.untilMs && cut.partition.cuts(from, to)
    )
  }
}

/** After which a segment is sent again that was sent so many times before. */
export function timeoutMs(roundTripMs: number, resent: number): number {
  return Math.min(RTO_MAX_MS, (RTO_MIN_MS + roundTripMs) * 2 ** Math.min(resent, 10))
}
