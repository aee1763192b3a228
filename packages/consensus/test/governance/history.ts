import {
  type Credit,
  defaultPolicy,
  explainWeight,
  type WeightEvent,
  type WeightExplanation,
  WeightSnapshot,
  weigh
} from '../../src/governance/index.ts'
import { sha256 } from './support.ts'

type Unplaced<Event> = Event extends WeightEvent ? Omit<Event, 'seq' | 'epoch'> : never

/** A mesh's ledger as far as it bears on weight, and the weights at the end of each epoch. */
export class History {
  readonly events: WeightEvent[] = []
  snapshots: WeightSnapshot[] = []
  #epoch = 1
  #proposals = 0

  /** @param founders - members certified at the highest tier for good */
  constructor(founders: readonly string[]) {
    for (const member of founders) {
      this.join(member)
      this.add({ kind: 'certification', member, tier: 5, untilEpoch: 1_000 })
    }
  }

  get snapshot(): WeightSnapshot {
    return this.snapshots.at(-1) ?? new WeightSnapshot(0, 1, [], sha256)
  }

  add(event: Unplaced<WeightEvent>): void {
    this.events.push({ ...event, seq: this.events.length, epoch: this.#epoch } as WeightEvent)
  }

  join(member: string): void {
    this.add({ kind: 'membership', member, joined: true })
  }

  /** The first `slots` of the epoch's slots. */
  beat(member: string, epoch: number, slots: number): void {
    for (let slot = 0; slot < slots; slot++) this.beatAt(member, 24 * epoch + slot)
  }

  beatAt(member: string, slot: number): void {
    this.add({ kind: 'heartbeat', member, slot, includer: 'anybody' })
  }

  credit(kind: Credit, member: string, lender: string, points: number): void {
    this.add({ kind, member, lender, points })
  }

  /** A proposal decided with quorum on which `voters` voted. */
  vote(name: string, voters: readonly string[]): void {
    const proposal = `${name}-${this.#proposals++}`
    for (const member of voters) this.add({ kind: 'ballot', member, proposal })
    this.add({ kind: 'decision', proposal, quorate: true })
  }

  /** Runs epochs: `fill` adds an epoch's events, then it is weighed. */
  run(epochs: number, fill: (epoch: number) => void = () => {}): void {
    for (let i = 0; i < epochs; i++) {
      fill(this.#epoch)
      const previous = this.snapshots.at(-1)
      this.snapshots.push(weigh(this.events, this.#epoch, defaultPolicy, previous, sha256))
      this.#epoch++
    }
  }

  explain(member: string): WeightExplanation {
    const previous = this.snapshots.at(-2)
    return explainWeight(member, this.events, this.#epoch - 1, defaultPolicy, previous, sha256)
  }
}
