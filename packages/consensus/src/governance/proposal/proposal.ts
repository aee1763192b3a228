import { type Digest, digestOf, type Sha256 } from '../digest.ts'
import { GovernanceError } from '../errors.ts'
import { COUNT_BUDGET, SLOT_MS } from '../limits.ts'
import { type Policy, ProposalType, type TypeRules } from '../policy/policy.ts'
import type { RefusalCode } from '../refusal.ts'
import type { BallotSet, Choice } from '../tally/ballot.ts'
import { certify, type ResultBundle } from '../tally/certificate.ts'
import { decide, type TallySums } from '../tally/decide.ts'
import { Tally } from '../tally/tally.ts'
import { type Attendance, wasDown } from '../weight/attendance.ts'
import type { WeightSnapshot } from '../weight/snapshot.ts'
import { type Draft, lifeOf } from './action.ts'
import { type Execution, Phase, type ProposalSink, type VerifiedAction } from './phase.ts'

/** What a proposal pins when it is made; nothing that happens later changes its vote. */
export interface Electorate {
  readonly snapshot: WeightSnapshot
  /** BFT power of each validator, for objections. */
  readonly power: ReadonlyMap<string, number>
}

/** What a proposal starts from; the draft has been checked. */
export interface ProposalInit {
  readonly id: Digest
  readonly draft: Draft
  readonly policy: Policy
  readonly electorate: Electorate
  readonly attendance: Attendance
  readonly proposedMs: number
  readonly sha256: Sha256
  /** Of a copy: the ballots so far. */
  readonly tally?: Tally
}

const ends: ReadonlySet<Phase> = new Set([
  Phase.executed,
  Phase.rejected,
  Phase.cancelled,
  Phase.expired,
  Phase.failed
])

/** One proposal with its vote, from the draft to its end. Times are integer ms of the ledger. */
export class Proposal {
  readonly id: Digest
  readonly draft: Draft
  readonly policy: Policy
  readonly rules: TypeRules
  readonly actionDigest: Digest
  readonly #electorate: Electorate
  readonly #attendance: Attendance
  readonly #sha256: Sha256
  readonly #tally: Tally
  readonly #openMs: number
  readonly #objectors = new Set<string>()
  /** Slots of the voting window, fixed when counting begins, and each member's part in them. */
  #slots: readonly number[] = []
  readonly #heard: Uint16Array
  #counted = 0
  #phase: Phase = Phase.draft
  #closeMs: number
  #endMs = 0
  #extended = false
  /** Since when the vote would pass, if it would. */
  #passingMs: number | undefined
  #objecting = 0
  #certificate: VerifiedAction | undefined
  #enactedMs: number | undefined
  #effectUntilMs: number | undefined

  constructor(init: ProposalInit) {
    const { id, draft, policy, electorate, attendance, proposedMs, sha256 } = init
    this.id = id
    this.draft = draft
    this.policy = policy
    this.rules = policy.types[draft.type]
    this.actionDigest = digestOf('action', draft.action, sha256)
    this.#electorate = electorate
    this.#attendance = attendance
    this.#sha256 = sha256
    this.#tally = init.tally ?? new Tally(electorate.snapshot)
    this.#heard = new Uint16Array(electorate.snapshot.rows.length)
    this.#openMs = proposedMs + this.rules.reviewMs
    this.#closeMs = this.#openMs + this.rules.votingMs
  }

  /** A proposal that goes on by itself; one that has ended is itself. */
  clone(attendance: Attendance): Proposal {
    if (this.ended) return this
    const { id, draft, policy } = this
    const proposedMs = this.#openMs - this.rules.reviewMs
    const copy = new Proposal({
      ...{ id, draft, policy, attendance, proposedMs },
      electorate: this.#electorate,
      sha256: this.#sha256,
      tally: this.#tally.clone()
    })
    for (const objector of this.#objectors) copy.#objectors.add(objector)
    copy.#slots = this.#slots
    copy.#heard.set(this.#heard)
    copy.#counted = this.#counted
    copy.#phase = this.#phase
    copy.#closeMs = this.#closeMs
    copy.#endMs = this.#endMs
    copy.#extended = this.#extended
    copy.#passingMs = this.#passingMs
    copy.#objecting = this.#objecting
    copy.#certificate = this.#certificate
    copy.#enactedMs = this.#enactedMs
    copy.#effectUntilMs = this.#effectUntilMs
    return copy
  }

  /** Where it stands, canonical: what the id doesn't say. */
  state(): unknown {
    return {
      id: this.id,
      phase: this.#phase,
      openMs: this.#openMs,
      closeMs: this.#closeMs,
      endMs: this.#endMs,
      extended: this.#extended,
      passingMs: this.#passingMs,
      objectors: [...this.#objectors].sort(),
      slots: this.#slots,
      heard: [...this.#heard],
      counted: this.#counted,
      certificate: this.#certificate,
      enactedMs: this.#enactedMs,
      effectUntilMs: this.#effectUntilMs,
      tally: this.#tally.state()
    }
  }

  /** Weight by choice so far; what was struck is out of it. */
  get sums(): TallySums {
    return this.#tally.sums
  }

  /** Weight of the pinned snapshot. */
  get totalWeight(): number {
    return this.#electorate.snapshot.total
  }

  /** A member's ballots as a set of bits; 0 if there are none. */
  ballotsOf(member: string): BallotSet {
    const place = this.#electorate.snapshot.placeOf(member)
    return place === undefined ? 0 : this.#tally.ballotsAt(place)
  }

  get phase(): Phase {
    return this.#phase
  }

  get openMs(): number {
    return this.#openMs
  }

  /** When voting ends, or ended. */
  get closeMs(): number {
    return this.#closeMs
  }

  /** When the action took effect, if it did. */
  get enactedMs(): number | undefined {
    return this.#enactedMs
  }

  /** Whether the second key has turned. */
  get certified(): boolean {
    return this.#certificate !== undefined
  }

  /** When an emergency's effect ends by itself; undefined if there is none. */
  get effectUntilMs(): number | undefined {
    return this.#effectUntilMs
  }

  /** Whether nothing more can happen, an effect's end included. */
  get ended(): boolean {
    return ends.has(this.#phase) && this.#effectUntilMs === undefined
  }

  hasVoted(member: string): boolean {
    const place = this.#electorate.snapshot.placeOf(member)
    return place !== undefined && this.#tally.ballotsAt(place) !== 0
  }

  /** When something next happens by itself; undefined if nothing does. */
  get dueMs(): number | undefined {
    const phaseMs = this.#phaseEndMs()
    const effectMs = this.#effectUntilMs
    if (phaseMs === undefined || effectMs === undefined) return phaseMs ?? effectMs
    return Math.min(phaseMs, effectMs)
  }

  /** Brings the proposal up to `now`. One call counts at most a fixed number of votes. */
  advance(now: number, out: ProposalSink): void {
    let budget = COUNT_BUDGET
    for (let dueMs = this.dueMs; dueMs !== undefined && dueMs <= now; dueMs = this.dueMs) {
      if (this.#effectUntilMs === dueMs) this.#endEffect(out)
      else if (this.#phase === Phase.counting) {
        budget -= this.#count(budget, out)
        if (budget === 0 && this.#phase === Phase.counting) return
      } else this.#nextPhase(dueMs, out)
    }
  }

  vote(
    voter: string,
    revision: number,
    choice: Choice,
    now: number,
    out: ProposalSink
  ): RefusalCode | undefined {
    if (this.#phase !== Phase.open) return 'not-open'
    const refusal = this.#tally.cast(voter, revision, choice)
    if (refusal === 'equivocation') {
      out({ kind: 'equivocation', id: this.id, voter, revision, choice })
    }
    if (!this.#passes()) {
      this.#passingMs = undefined
      // Nobody may fail it, in its extension, and pass it again when there is no time to answer.
      if (this.#extended) this.#closeMs = now
    } else this.#passingMs ??= now
    return refusal
  }

  /** The proposer takes it back, as long as nobody has voted and nothing has been done. */
  cancel(member: string, now: number, out: ProposalSink): RefusalCode | undefined {
    if (member !== this.draft.proposer) return 'not-proposer'
    if (this.#phase !== Phase.draft && this.#phase !== Phase.open) return 'not-open'
    if (this.#tally.voters > 0 || this.#enactedMs !== undefined) return 'has-ballots'
    this.#enter(Phase.cancelled, now, out)
    return undefined
  }

  /** A validator objects: to a vote that has passed, or to an emergency in effect. */
  object(validator: string, now: number, out: ProposalSink): RefusalCode | undefined {
    if (this.#phase !== Phase.passed && this.#effectUntilMs === undefined) {
      return 'no-objection-window'
    }
    const power = this.#electorate.power.get(validator) ?? 0
    if (power <= 0) return 'no-power'
    if (this.#objectors.has(validator)) return 'already-objected'
    this.#objectors.add(validator)
    this.#objecting += power
    const all = this.#electorate.power.values().reduce((sum, each) => sum + each, 0)
    if (3 * this.#objecting > all) {
      if (this.#effectUntilMs !== undefined) this.#endEffect(out)
      if (!ends.has(this.#phase)) this.#enter(Phase.cancelled, now, out)
    }
    return undefined
  }

  /** The second key. */
  certify(certificate: VerifiedAction, now: number): RefusalCode | undefined {
    if (this.ended) return 'not-executable'
    if (certificate.actionDigest !== this.actionDigest) return 'certificate-other-action'
    if (certificate.actionClass !== this.rules.actionClass) return 'certificate-other-class'
    if (certificate.notAfterMs < now) return 'certificate-expired'
    this.#certificate = certificate
    return undefined
  }

  /** Both keys have turned: enacts the action if re-execution gives what was voted on. */
  execute(execution: Execution, now: number, out: ProposalSink): RefusalCode | undefined {
    const emergency = this.draft.type === ProposalType.emergency
    // An emergency acts on its certificate, and is ratified by the vote or ended by it.
    const ready = this.#phase === Phase.executable || (emergency && this.#phase === Phase.open)
    if (!ready || this.#enactedMs !== undefined) return 'not-executable'
    if (this.#certificate === undefined) return 'not-executable'
    if (this.#certificate.notAfterMs < now) return 'certificate-expired'
    const { preState, postState } = this.draft.simulation
    const same = execution.preState === preState && execution.postState === postState
    if (!same || execution.actionDigest !== this.actionDigest) {
      this.#enter(Phase.failed, now, out)
      return 'simulation-mismatch'
    }
    this.#enactedMs = now
    const lifeMs = lifeOf(this.draft.action)
    if (lifeMs !== undefined) this.#effectUntilMs = now + lifeMs
    out({ kind: 'enact', id: this.id, action: this.draft.action })
    if (this.#phase === Phase.executable) this.#enter(Phase.executed, now, out)
    return undefined
  }

  /**
   * The result, once counted.
   *
   * @throws {GovernanceError} `not-counted`
   */
  result(): ResultBundle {
    const { snapshot } = this.#electorate
    if (this.#counted < snapshot.rows.length) {
      throw new GovernanceError('not-counted', 'wait until the vote is counted')
    }
    return certify({
      proposal: this.id,
      type: this.draft.type,
      policy: this.policy,
      snapshot,
      tally: this.#tally,
      heardAt: place => this.#heard[place]!,
      slots: this.#slots.length,
      sha256: this.#sha256
    })
  }

  #passes(): boolean {
    return decide(this.#tally.sums, this.#electorate.snapshot.total, this.rules).passed
  }

  #phaseEndMs(): number | undefined {
    if (this.#phase === Phase.draft) return this.#openMs
    if (this.#phase === Phase.open || this.#phase === Phase.counting) return this.#closeMs
    if (ends.has(this.#phase)) return undefined
    // Past its timelock a proposal waits for the second key, as long as it might have been executed.
    const waits = this.#phase === Phase.timelock && this.#certificate === undefined
    return waits ? this.#endMs + this.rules.executeMs : this.#endMs
  }

  #nextPhase(atMs: number, out: ProposalSink): void {
    if (this.#phase === Phase.draft) return this.#enter(Phase.open, atMs, out)
    if (this.#phase === Phase.open) return this.#close(atMs, out)
    if (this.#phase === Phase.passed) {
      this.#endMs = atMs + this.rules.timelockMs
      return this.#enter(Phase.timelock, atMs, out)
    }
    if (this.#phase === Phase.timelock && this.#certificate !== undefined) {
      this.#endMs = atMs + this.rules.executeMs
      return this.#enter(Phase.executable, atMs, out)
    }
    this.#enter(Phase.expired, atMs, out)
  }

  #close(atMs: number, out: ProposalSink): void {
    const passingMs = this.#passingMs
    const stoodMs = passingMs === undefined ? atMs : passingMs + this.rules.extensionMs
    if (stoodMs > atMs) {
      this.#extended = true
      this.#closeMs = stoodMs
      return out({ kind: 'extended', id: this.id, closeMs: stoodMs })
    }
    const from = Math.ceil(this.#openMs / SLOT_MS)
    const to = Math.floor(this.#closeMs / SLOT_MS) - 1
    this.#slots = this.#attendance.slotsIn(from, to)
    this.#enter(Phase.counting, atMs, out)
  }

  /** Strikes those who were down, `budget` members at most; returns how many it looked at. */
  #count(budget: number, out: ProposalSink): number {
    const { rows } = this.#electorate.snapshot
    const from = this.#counted
    const to = Math.min(rows.length, from + budget)
    for (let place = from; place < to; place++) {
      if (this.#tally.ballotsAt(place) === 0) continue
      const heard = this.#attendance.heardIn(rows[place]!.member, this.#slots)
      this.#heard[place] = heard
      if (wasDown(heard, this.#slots.length, this.policy.downPercent)) this.#tally.strike(place)
    }
    this.#counted = to
    if (to === rows.length) this.#decide(out)
    return to - from
  }

  #decide(out: ProposalSink): void {
    const atMs = this.#closeMs
    if (!this.#passes()) {
      this.#enter(Phase.rejected, atMs, out)
      if (this.#effectUntilMs !== undefined) this.#endEffect(out)
    } else if (this.#enactedMs !== undefined) {
      this.#enter(Phase.executed, atMs, out)
    } else {
      this.#endMs = atMs + this.rules.objectionMs
      this.#enter(Phase.passed, atMs, out)
    }
  }

  #endEffect(out: ProposalSink): void {
    this.#effectUntilMs = undefined
    out({ kind: 'revert', id: this.id, action: this.draft.action })
  }

  #enter(phase: Phase, atMs: number, out: ProposalSink): void {
    this.#phase = phase
    out({ kind: 'phase', id: this.id, phase, atMs })
  }
}
