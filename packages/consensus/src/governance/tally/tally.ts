import type { RefusalCode } from '../refusal.ts'
import type { WeightSnapshot } from '../weight/snapshot.ts'
import { type BallotSet, ballotBit, type Choice, hasRevision, verdictOf } from './ballot.ts'
import type { TallySums } from './decide.ts'

/** A running count over a pinned snapshot: each ballot costs the same, and so does the result. */
export class Tally {
  readonly #snapshot: WeightSnapshot
  readonly #ballots: Uint32Array
  readonly #sums: [number, number, number] = [0, 0, 0]
  readonly #struck = new Set<number>()
  #voters = 0

  constructor(snapshot: WeightSnapshot) {
    this.#snapshot = snapshot
    this.#ballots = new Uint32Array(snapshot.rows.length)
  }

  /** A count that goes on by itself. */
  clone(): Tally {
    const copy = new Tally(this.#snapshot)
    copy.#ballots.set(this.#ballots)
    for (const [at, sum] of this.#sums.entries()) copy.#sums[at] = sum
    for (const place of this.#struck) copy.#struck.add(place)
    copy.#voters = this.#voters
    return copy
  }

  /** All ballots and who was struck, canonical. */
  state(): unknown {
    return { ballots: [...this.#ballots], struck: [...this.#struck] }
  }

  /** Members with a ballot, void ones included. */
  get voters(): number {
    return this.#voters
  }

  get sums(): TallySums {
    const [approve, deny, abstain] = this.#sums
    return { approve, deny, abstain }
  }

  /** Counts a ballot. One that answers `equivocation` voids all ballots of its voter. */
  cast(voter: string, revision: number, choice: Choice): RefusalCode | undefined {
    const place = this.#snapshot.placeOf(voter)
    if (place === undefined || this.#snapshot.rows[place]!.total === 0) return 'not-a-voter'
    const bit = ballotBit(revision, choice)
    if (bit === 0) return 'bad-ballot'
    const before = this.#ballots[place]!
    if ((before & bit) !== 0) return 'duplicate-ballot'
    if (before === 0) this.#voters++
    this.#count(place, -1)
    this.#ballots[place] = before | bit
    this.#count(place, 1)
    if (verdictOf(before | bit) !== 'equivocated') return undefined
    return hasRevision(before, revision) ? 'equivocation' : 'void-vote'
  }

  /** Takes the vote of the member at `place` of the snapshot out of the sums. */
  strike(place: number): void {
    this.#count(place, -1)
    this.#struck.add(place)
  }

  ballotsAt(place: number): BallotSet {
    return this.#ballots[place] ?? 0
  }

  #count(place: number, sign: 1 | -1): void {
    const choice = verdictOf(this.#ballots[place]!)
    if (choice === 'none' || choice === 'equivocated' || this.#struck.has(place)) return
    this.#sums[choice] += sign * this.#snapshot.rows[place]!.total
  }
}
