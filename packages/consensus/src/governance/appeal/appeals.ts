import { isDigest, isText } from '../checks.ts'
import { type Digest, digestOf, type Sha256 } from '../digest.ts'
import { APPEALS_MAX, APPEALS_PER_MEMBER_MAX, ENDED_MAX, TEXT_MAX_CHARS } from '../limits.ts'
import type { RefusalCode } from '../refusal.ts'

/** Where an appeal stands; the names travel. */
export type AppealStage = 'submitted' | 'reviewed' | 'resolved'

/** How an appeal ends. */
export type AppealOutcome = 'upheld' | 'reversed'

/** An automated decision that can be appealed: an exclusion, a quarantine, a remediation. */
export interface AutomatedDecision {
  /** Digest of its ledger event. */
  readonly decision: Digest
  /** Whom it affects: only they appeal. */
  readonly affected: string
  /** Whose rule or agent decided. */
  readonly decider: string
  readonly atMs: number
}

/** An appeal as it stands, with who took which step. */
export interface Appeal {
  readonly id: Digest
  readonly decision: AutomatedDecision
  readonly stage: AppealStage
  readonly grounds: string
  readonly finding?: { readonly reviewer: string; readonly text: string }
  readonly resolution?: {
    readonly resolver: string
    readonly outcome: AppealOutcome
    readonly reason: string
  }
}

/** What reaches the appeals, in the ledger's order; levels of who speaks are the caller's to check. */
export type AppealInput =
  | { readonly kind: 'submit'; readonly decision: AutomatedDecision; readonly grounds: string }
  | {
      readonly kind: 'review'
      readonly id: Digest
      readonly reviewer: string
      readonly text: string
    }
  | {
      readonly kind: 'resolve'
      readonly id: Digest
      readonly resolver: string
      readonly outcome: AppealOutcome
      readonly reason: string
    }

/** Each step is a record for the ledger; a reversal is to be carried out as well. */
export type AppealOutput =
  | { readonly kind: 'step'; readonly appeal: Appeal; readonly atMs: number }
  | { readonly kind: 'reverse'; readonly decision: Digest; readonly appeal: Digest }

/** After this nobody appeals a decision any more. */
export const APPEAL_WITHIN_MS: number = 7 * 86_400_000

/** All appeals of a mesh: submitted, reviewed by one member, resolved by another. */
export class Appeals {
  readonly #sha256: Sha256
  readonly #open = new Map<Digest, Appeal>()
  readonly #resolved = new Map<Digest, Appeal>()

  constructor(sha256: Sha256) {
    this.#sha256 = sha256
  }

  /** @param now - the ledger's time, integer ms */
  handle(
    input: AppealInput,
    now: number,
    out: (output: AppealOutput) => void
  ): RefusalCode | undefined {
    switch (input.kind) {
      case 'submit':
        return this.#submit(input.decision, input.grounds, now, out)
      case 'review':
        return this.#review(input.id, input.reviewer, input.text, now, out)
      case 'resolve':
        return this.#resolve(input, now, out)
      default:
        return input satisfies never
    }
  }

  get(id: Digest): Appeal | undefined {
    return this.#open.get(id) ?? this.#resolved.get(id)
  }

  /** Appeals that go on by themselves. */
  clone(): Appeals {
    const copy = new Appeals(this.#sha256)
    for (const [id, appeal] of this.#open) copy.#open.set(id, appeal)
    for (const [id, appeal] of this.#resolved) copy.#resolved.set(id, appeal)
    return copy
  }

  /** All appeals at hand, oldest first, canonical. */
  state(): readonly Appeal[] {
    return [...this.#open.values(), ...this.#resolved.values()]
  }

  /** Appeals that wait for a step, oldest first. */
  open(): Appeal[] {
    return [...this.#open.values()]
  }

  #submit(
    decision: AutomatedDecision,
    grounds: string,
    now: number,
    out: (output: AppealOutput) => void
  ): RefusalCode | undefined {
    if (!isText(grounds, TEXT_MAX_CHARS)) return 'bad-text'
    const ageMs = now - decision.atMs
    if (!isDigest(decision.decision) || ageMs < 0 || ageMs > APPEAL_WITHIN_MS) {
      return 'not-appealable'
    }
    const id = digestOf('appeal', decision.decision, this.#sha256)
    if (this.get(id) !== undefined) return 'already-appealed'
    const own = this.open().filter(appeal => appeal.decision.affected === decision.affected)
    if (own.length >= APPEALS_PER_MEMBER_MAX || this.#open.size >= APPEALS_MAX) {
      return 'too-many-appeals'
    }
    this.#step({ id, decision: { ...decision }, stage: 'submitted', grounds }, now, out)
    return undefined
  }

  #review(
    id: Digest,
    reviewer: string,
    text: string,
    now: number,
    out: (output: AppealOutput) => void
  ): RefusalCode | undefined {
    const appeal = this.get(id)
    if (appeal === undefined) return 'unknown-appeal'
    if (appeal.stage !== 'submitted') return 'wrong-stage'
    if (isParty(appeal, reviewer)) return 'not-impartial'
    if (!isText(text, TEXT_MAX_CHARS)) return 'bad-text'
    this.#step({ ...appeal, stage: 'reviewed', finding: { reviewer, text } }, now, out)
    return undefined
  }

  #resolve(
    { id, resolver, outcome, reason }: Extract<AppealInput, { kind: 'resolve' }>,
    now: number,
    out: (output: AppealOutput) => void
  ): RefusalCode | undefined {
    const appeal = this.get(id)
    if (appeal === undefined) return 'unknown-appeal'
    if (appeal.stage !== 'reviewed') return 'wrong-stage'
    if (isParty(appeal, resolver) || appeal.finding?.reviewer === resolver) return 'not-impartial'
    if (!isText(reason, TEXT_MAX_CHARS)) return 'bad-text'
    const resolution = { resolver, outcome, reason }
    this.#step({ ...appeal, stage: 'resolved', resolution }, now, out)
    if (outcome === 'reversed') {
      out({ kind: 'reverse', decision: appeal.decision.decision, appeal: id })
    }
    return undefined
  }

  #step(appeal: Appeal, atMs: number, out: (output: AppealOutput) => void): void {
    if (appeal.stage === 'resolved') {
      this.#open.delete(appeal.id)
      this.#resolved.set(appeal.id, appeal)
      for (const oldest of this.#resolved.keys()) {
        if (this.#resolved.size <= ENDED_MAX) break
        this.#resolved.delete(oldest)
      }
    } else {
      this.#open.set(appeal.id, appeal)
    }
    out({ kind: 'step', appeal, atMs })
  }
}

function isParty({ decision }: Appeal, member: string): boolean {
  return member === decision.affected || member === decision.decider
}
