import { MAX_FAULTS } from './limits.ts'

/** The nine ways a stored log can be wrong. */
export const FaultClass = {
  /** The bytes of an event are not those the tree holds. */
  eventDamaged: 'event-damaged',
  /** An event is absent, later ones are not. */
  eventMissing: 'event-missing',
  /** An intact event stands in another's place. */
  eventReordered: 'event-reordered',
  /** A copy of an intact event stands in another's place, or before it. */
  eventDuplicated: 'event-duplicated',
  /** An event fits the hash chain but not the tree: somebody rewrote it and what follows. */
  eventForged: 'event-forged',
  /**
   * The log ends before a size that was recorded, signed or witnessed: a lost tail or a rollback.
   */
  logTruncated: 'log-truncated',
  /** A tile or the state record disagrees with intact events; it can be rebuilt from them. */
  indexDamaged: 'index-damaged',
  /** A checkpoint or cosignature is absent, malformed or not validly signed. */
  checkpointInvalid: 'checkpoint-invalid',
  /** A valid signature, or the witness, stands over another history of the same length. */
  historyForked: 'history-forked'
} as const
export type FaultClass = (typeof FaultClass)[keyof typeof FaultClass]

/** One finding of a verification. */
export interface Fault {
  readonly fault: FaultClass
  /**
   * The first event concerned. Exact, but for `history-forked`: there every event, tile and link
   * was rewritten to agree, and `seq` is the first event that no matching signature covers.
   */
  readonly seq: number
  /** Events concerned, from `seq` on. */
  readonly count: number
  readonly detail: string
}

/** Collects faults: neighbours of one class become one, past `MAX_FAULTS` they are only counted. */
export class FaultList {
  readonly #faults: Fault[] = []
  #dropped = 0

  get total(): number {
    return this.#faults.length + this.#dropped
  }

  add(fault: FaultClass, seq: number, detail: string, count = 1): void {
    const last = this.#faults.findLastIndex(known => known.fault === fault)
    const known = this.#faults[last]
    if (known !== undefined && known.seq + known.count === seq) {
      this.#faults[last] = { ...known, count: known.count + count }
    } else if (this.#faults.length >= MAX_FAULTS) {
      this.#dropped++
    } else {
      this.#faults.push({ fault, seq, count, detail })
    }
  }

  /** By sequence; of one sequence, in the order found. */
  sorted(): Fault[] {
    return this.#faults.toSorted((a, b) => a.seq - b.seq)
  }
}
