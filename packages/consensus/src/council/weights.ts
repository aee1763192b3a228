import {
  electorateOf,
  explainWeight,
  type Policy,
  type Sha256,
  SLOT_MS,
  type WeightEvent,
  type WeightExplanation,
  type WeightSnapshot,
  weigh
} from '../governance/index.ts'
import { SNAPSHOTS_KEPT } from './limits.ts'

/** A weight event before it has its place. */
export type NewWeightEvent = WeightEvent extends infer Event
  ? Event extends WeightEvent
    ? Omit<Event, 'seq' | 'epoch'>
    : never
  : never

/** Weights by epoch, from the events that the council itself has ordered. */
export class Weights {
  readonly #sha256: Sha256
  readonly #startMs: number
  #events: WeightEvent[] = []
  #seq = 0
  #snapshots: WeightSnapshot[] = []
  #epoch = 0

  /** @param startMs - mesh time at which epoch 0 begins */
  constructor(startMs: number, sha256: Sha256) {
    this.#startMs = startMs
    this.#sha256 = sha256
  }

  clone(): Weights {
    const copy = new Weights(this.#startMs, this.#sha256)
    copy.#events = [...this.#events]
    copy.#seq = this.#seq
    copy.#snapshots = [...this.#snapshots]
    copy.#epoch = this.#epoch
    return copy
  }

  /** Weight epoch of the newest snapshot. */
  get epoch(): number {
    return this.#epoch
  }

  get events(): readonly WeightEvent[] {
    return this.#events
  }

  /** The newest snapshot, before the jump rule; none before the first epoch is weighed. */
  get latest(): WeightSnapshot | undefined {
    return this.#snapshots.at(-1)
  }

  note(event: NewWeightEvent): void {
    this.#events.push({ ...event, seq: this.#seq++, epoch: this.#epoch } as WeightEvent)
  }

  /**
   * Weighs the epochs that have begun, and says whether there were any. After a long silence only the
   * last ones are: nothing happened in the others.
   */
  roll(nowMs: number, policyAt: (epoch: number) => Policy): boolean {
    const { epochSlots } = policyAt(this.#epoch).weight
    const epoch = Math.floor((nowMs - this.#startMs) / (epochSlots * SLOT_MS))
    if (this.#snapshots.length > 0 && epoch <= this.#epoch) return false
    const first = this.#snapshots.length === 0 ? 0 : this.#epoch + 1
    const last = Math.max(epoch, first)
    for (let each = Math.max(first, last - SNAPSHOTS_KEPT + 1); each <= last; each++) {
      this.#epoch = each
      const snapshot = weigh(this.#events, each, policyAt(each), this.latest, this.#sha256)
      this.#snapshots = [...this.#snapshots, snapshot].slice(-SNAPSHOTS_KEPT)
    }
    this.#forget(policyAt(last).weight.windowEpochs)
    return true
  }

  /** The snapshot that counts for new proposals: older weights where the newest have jumped. */
  electorate(policy: Policy): WeightSnapshot {
    return electorateOf(this.#snapshots, policy.weight, this.#sha256)
  }

  /** Why a member weighs what it weighs, by the newest snapshot; `undefined` for a stranger. */
  explain(member: string, policy: Policy): WeightExplanation | undefined {
    if (this.latest?.rowOf(member) === undefined) return undefined
    const before = this.#snapshots.at(-2)
    return explainWeight(member, this.#events, this.#epoch, policy, before, this.#sha256)
  }

  /** Canonical. */
  state(): unknown {
    return {
      seq: this.#seq,
      epoch: this.#epoch,
      roots: this.#snapshots.map(({ epoch, root }) => [epoch, root]),
      events: this.#events
    }
  }

  /** Membership and certification count for ever, the rest within the window. */
  #forget(windowEpochs: number): void {
    this.#events = this.#events.filter(
      ({ kind, epoch }) =>
        kind === 'membership' || kind === 'certification' || epoch > this.#epoch - windowEpochs
    )
  }
}
