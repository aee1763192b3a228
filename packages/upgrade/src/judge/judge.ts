import { ALARM_MILLI, cusum, worstTenth } from './cusum.ts'
import { isHigher, shiftOf } from './mann-whitney.ts'
import { medianOf, SIGNALS, scoreOf } from './signals.ts'

/** Which part a member has in a comparison. */
export const Group = { none: 0, control: 1, treated: 2 } as const
export type Group = (typeof Group)[keyof typeof Group]

/** Why upgraded members are found worse. */
export interface Complaint {
  readonly signal: string
  readonly test: 'cusum' | 'mann-whitney'
  /** The member that the sequential test is about. */
  readonly member?: number
}

/** Fewer members than this are no control group. */
export const CONTROL_LEAST = 3
/** Most members and moments, so that sums stay exact and memory bounded. */
export const JUDGED_MAX = 4_096

/**
 * Compares upgraded members with those that are not upgraded yet, at the same moment, each with its own
 * values before the upgrade. What befalls both groups moves both. Integers decide.
 */
export class Judge {
  readonly #members: number
  /** By member and signal. */
  readonly #before: Float64Array
  readonly #sums: Float64Array
  readonly #totals: Float64Array
  /** By signal: what nine tenths of all members stay below on an ordinary moment. */
  readonly #usual: readonly number[]
  /** By signal: moments that count. */
  readonly #moments: number[] = SIGNALS.map(() => 0)
  #groups: Uint8Array
  readonly #scores: Float64Array

  /**
   * @param before - some moments without an upgrade, by member and signal each
   * @throws RangeError for too many members, or moments of another size
   */
  constructor(members: number, before: readonly ArrayLike<number>[]) {
    const size = members * SIGNALS.length
    if (members > JUDGED_MAX || before.some(({ length }) => length !== size)) {
      throw new RangeError(`give up to ${JUDGED_MAX} members and moments of ${size} values`)
    }
    this.#members = members
    this.#before = Float64Array.from({ length: size }, (_, at) =>
      medianOf(before.map(values => values[at]!))
    )
    this.#sums = new Float64Array(size)
    this.#totals = new Float64Array(size)
    this.#scores = new Float64Array(size)
    this.#groups = new Uint8Array(members)
    const everybody = [...this.#groups.keys()]
    this.#usual = SIGNALS.map((signal, number) =>
      medianOf(
        before.map(values => {
          const scores = everybody.map(member => {
            const at = this.#at(member, number)
            return scoreOf(signal, values[at]!, this.#before[at]!)
          })
          return worstTenth(Float64Array.from(scores))
        })
      )
    )
  }

  /** Starts a wave: who is compared with whom. Members that stay treated keep what speaks against them. */
  open(groups: Uint8Array): void {
    this.#groups = groups.slice(0, this.#members)
    this.#moments.fill(0)
    this.#totals.fill(0)
    for (let member = 0; member < this.#members; member++) {
      if (this.#groups[member] === Group.treated) continue
      const from = member * SIGNALS.length
      this.#sums.fill(0, from, from + SIGNALS.length)
    }
  }

  /**
   * Takes a moment's values by member and signal; what it returns is reason to halt at once. A signal
   * on which the control group degrades too says nothing that moment: that is no upgrade's fault.
   */
  observe(values: ArrayLike<number>): Complaint | undefined {
    let complaint: Complaint | undefined
    for (const [number, signal] of SIGNALS.entries()) {
      for (let member = 0; member < this.#members; member++) {
        const at = this.#at(member, number)
        this.#scores[at] = scoreOf(signal, values[at]!, this.#before[at]!)
      }
      const control = this.#of(Group.control, member => this.#scores[this.#at(member, number)]!)
      if (control.length < CONTROL_LEAST) continue
      const worst = worstTenth(Float64Array.from(control))
      if (worst > this.#usual[number]! + signal.floor) continue
      complaint = this.#weigh(number, worst + signal.floor) ?? complaint
    }
    return complaint
  }

  /** What the wave as a whole comes to: its members' means against the others'. */
  conclude(): Complaint | undefined {
    for (const [number, { name, floor }] of SIGNALS.entries()) {
      const moments = this.#moments[number]!
      if (moments === 0) continue
      const mean = (member: number): number =>
        Math.trunc(this.#totals[this.#at(member, number)]! / moments)
      const shift = shiftOf(this.#of(Group.treated, mean), this.#of(Group.control, mean))
      if (shift !== undefined && isHigher(shift) && shift.low > floor) {
        return { signal: name, test: 'mann-whitney' }
      }
    }
    return undefined
  }

  /** Counts a moment of one signal; a hit is a score above `limit`. */
  #weigh(number: number, limit: number): Complaint | undefined {
    let complaint: Complaint | undefined
    this.#moments[number]!++
    for (let member = 0; member < this.#members; member++) {
      const at = this.#at(member, number)
      this.#totals[at]! += this.#scores[at]!
      if (this.#groups[member] !== Group.treated) continue
      this.#sums[at] = cusum(this.#sums[at]!, this.#scores[at]! > limit)
      if (this.#sums[at]! < ALARM_MILLI) continue
      complaint ??= { signal: SIGNALS[number]!.name, test: 'cusum', member }
    }
    return complaint
  }

  #at(member: number, signal: number): number {
    return member * SIGNALS.length + signal
  }

  #of(group: Group, pick: (member: number) => number): number[] {
    const picked: number[] = []
    for (let member = 0; member < this.#members; member++) {
      if (this.#groups[member] === group) picked.push(pick(member))
    }
    return picked
  }
}
