import { isCount } from '../checks.ts'
import { ELECTORS_MAX, SLOTS_KEPT } from '../limits.ts'
import type { RefusalCode } from '../refusal.ts'

/** One bit a slot, for the last `SLOTS_KEPT` slots. */
type Ring = Uint32Array

const makeRing = (): Ring => new Uint32Array(SLOTS_KEPT / 32)
const wordOf = (slot: number): number => (slot % SLOTS_KEPT) >>> 5
const bitOf = (slot: number): number => 1 << (slot & 31)
const has = (ring: Ring | undefined, slot: number): boolean =>
  ring !== undefined && (ring[wordOf(slot)]! & bitOf(slot)) !== 0

/**
 * Who was up when, by finalized signed heartbeats alone. Whoever included a heartbeat, it counts:
 * neighbours' opinion doesn't enter, so they can't silence a voter.
 */
export class Attendance {
  readonly #members = new Map<string, Ring>()
  readonly #anybody: Ring = makeRing()
  #latest = 0

  /** Counts a heartbeat; it can't lie in a slot after the present one, nor in one forgotten. */
  hear(member: string, slot: number, presentSlot: number): RefusalCode | undefined {
    if (!isCount(slot) || slot > presentSlot || slot <= this.#latest - SLOTS_KEPT) {
      return 'slot-out-of-range'
    }
    const ring = this.#members.get(member) ?? makeRing()
    if (this.#members.size >= ELECTORS_MAX && !this.#members.has(member)) return 'not-a-voter'
    if (slot > this.#latest) this.#start(slot)
    if (has(ring, slot)) return 'duplicate-heartbeat'
    ring[wordOf(slot)]! |= bitOf(slot)
    this.#anybody[wordOf(slot)]! |= bitOf(slot)
    this.#members.set(member, ring)
    return undefined
  }

  /** A record that goes on by itself. */
  clone(): Attendance {
    const copy = new Attendance()
    for (const [member, ring] of this.#members) copy.#members.set(member, ring.slice())
    copy.#anybody.set(this.#anybody)
    copy.#latest = this.#latest
    return copy
  }

  /** Who was heard when, canonical. */
  state(): unknown {
    const members = [...this.#members].sort(([a], [b]) => (a < b ? -1 : 1))
    return {
      latest: this.#latest,
      anybody: [...this.#anybody],
      members: members.map(([member, ring]) => [member, [...ring]])
    }
  }

  /** The slots from `from` to `to` in which the ledger finalized any heartbeat. */
  slotsIn(from: number, to: number): number[] {
    const slots: number[] = []
    const end = Math.min(to, this.#latest)
    for (let slot = Math.max(from, this.#latest - SLOTS_KEPT + 1); slot <= end; slot++) {
      // A slot without a single heartbeat is the ledger's silence, not the members'.
      if (slot >= 0 && has(this.#anybody, slot)) slots.push(slot)
    }
    return slots
  }

  /** In how many of `slots`, none of them forgotten, the member was heard. */
  heardIn(member: string, slots: readonly number[]): number {
    const ring = this.#members.get(member)
    return slots.filter(slot => has(ring, slot)).length
  }

  /** Goes on to a later slot: what its bits held is forgotten, and so is who hasn't any left. */
  #start(slot: number): void {
    const first = Math.max(this.#latest + 1, slot - SLOTS_KEPT + 1)
    this.#latest = slot
    for (let each = first; each <= slot; each++) this.#anybody[wordOf(each)]! &= ~bitOf(each)
    for (const [member, ring] of this.#members) {
      for (let each = first; each <= slot; each++) ring[wordOf(each)]! &= ~bitOf(each)
      if (ring.every(word => word === 0)) this.#members.delete(member)
    }
  }
}

/** Whether who was heard in `heard` of `slots` slots was down for more than the policy allows. */
export function wasDown(heard: number, slots: number, downPercent: number): boolean {
  return 100 * (slots - heard) > downPercent * slots
}
