import type { Action } from '../remedy/actions.ts'

export const ANSWER_MS = 300_000
export const EXPIRY_MS = 86_400_000
const MAX_WAITING = 64
const MAX_DEFER_MS: number = EXPIRY_MS

/** What an operator is asked to consent to. */
export interface ApprovalRequest {
  readonly id: string
  readonly incident: string
  readonly action: Action
  /** One sentence. */
  readonly why: string
  /** What was seen, a line each. */
  readonly evidence: readonly string[]
  /** What would be done, and how it would be undone, a line each. */
  readonly dryRun: readonly string[]
}

/** Where an approval stands. */
export interface Approval extends ApprovalRequest {
  readonly askedMs: number
  readonly expiresMs: number
  /** Not shown before this. */
  readonly notBeforeMs: number
  /** Set while it lies before an operator: answer by then, with the token of that delivery. */
  readonly delivered?: { readonly untilMs: number; readonly tokenHash: string }
}

export type ApprovalEnd = 'approved' | 'denied' | 'auto-denied' | 'expired' | 'withdrawn'

/** An answer from an operator's session. */
export interface ApprovalAnswer {
  readonly id: string
  /** Hash of the token handed out with the delivery. */
  readonly tokenHash: string
  readonly answer: 'approve' | 'deny' | 'defer'
  readonly deferMs?: number
}

/** What became of an answer or of time passing. */
export interface ApprovalClosed {
  readonly approval: Approval
  readonly end: ApprovalEnd
}

/**
 * Questions to the operator. The five minutes for an answer run from delivery to an authenticated
 * session, not from asking; what nobody sees waits until its absolute expiry. Deterministic.
 */
export class ApprovalQueue {
  readonly #waiting = new Map<string, Approval>()

  get waiting(): readonly Approval[] {
    return [...this.#waiting.values()]
  }

  /** @returns whether there was room */
  ask(request: ApprovalRequest, now: number): boolean {
    if (this.#waiting.size >= MAX_WAITING || this.#waiting.has(request.id)) return false
    const expiresMs = now + EXPIRY_MS
    this.#waiting.set(request.id, { ...request, askedMs: now, expiresMs, notBeforeMs: now })
    return true
  }

  /** Takes up a question of an earlier start; whoever had it before him opens it anew. */
  restore(request: ApprovalRequest, agoMs: number, waitMs: number, now: number): boolean {
    if (!this.ask(request, now - agoMs)) return false
    const asked = this.#waiting.get(request.id)!
    this.#waiting.set(request.id, { ...asked, notBeforeMs: now + waitMs })
    return true
  }

  /** Puts a question before an operator; a second delivery has a token of its own, same deadline. */
  deliver(id: string, tokenHash: string, now: number): Approval | undefined {
    const approval = this.#waiting.get(id)
    if (approval === undefined || now < approval.notBeforeMs) return undefined
    const untilMs = approval.delivered?.untilMs ?? Math.min(now + ANSWER_MS, approval.expiresMs)
    const delivered = { ...approval, delivered: { untilMs, tokenHash } }
    this.#waiting.set(id, delivered)
    return delivered
  }

  /** @returns what is closed by it, `deferred`, or why the answer doesn't count */
  answer(
    { id, tokenHash, answer, deferMs = ANSWER_MS }: ApprovalAnswer,
    now: number
  ): ApprovalClosed | 'deferred' | 'unknown' | 'bad-token' {
    const approval = this.#waiting.get(id)
    if (approval === undefined || now >= approval.expiresMs) return 'unknown'
    const { delivered, ...rest } = approval
    if (delivered === undefined || delivered.tokenHash !== tokenHash) return 'bad-token'
    if (now >= delivered.untilMs) return 'unknown'
    if (answer === 'defer') {
      const waitMs = Math.min(Math.max(deferMs, 0), MAX_DEFER_MS)
      this.#waiting.set(id, { ...rest, notBeforeMs: now + waitMs })
      return 'deferred'
    }
    this.#waiting.delete(id)
    return { approval, end: answer === 'approve' ? 'approved' : 'denied' }
  }

  /** How long a question is put off. */
  waitMs(id: string, now: number): number {
    return Math.max(0, (this.#waiting.get(id)?.notBeforeMs ?? now) - now)
  }

  /** Takes back a question that has become pointless. */
  withdraw(id: string): ApprovalClosed | undefined {
    const approval = this.#waiting.get(id)
    if (approval === undefined) return undefined
    this.#waiting.delete(id)
    return { approval, end: 'withdrawn' }
  }

  tick(now: number): ApprovalClosed[] {
    const closed: ApprovalClosed[] = []
    for (const approval of this.#waiting.values()) {
      const unanswered = approval.delivered !== undefined && now >= approval.delivered.untilMs
      if (!unanswered && now < approval.expiresMs) continue
      this.#waiting.delete(approval.id)
      closed.push({ approval, end: unanswered ? 'auto-denied' : 'expired' })
    }
    return closed
  }
}
