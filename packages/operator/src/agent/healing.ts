import type { Catalogue } from '../catalogue/types.ts'
import type { ActionOutcome, OperatorRow } from '../incidents/rows.ts'
import { type ActionKind, aboutAction } from '../remedy/actions.ts'
import type { Budgets } from '../remedy/budgets.ts'
import type { AgentLimits } from '../remedy/limits.ts'
import type { Causes } from './causes.ts'
import type { Chronicle } from './chronicle.ts'
import type { HealthBoard } from './health-board.ts'
import type { AgentInput, AgentOutput } from './messages.ts'
import type { Treatment } from './treatment.ts'

type Out = (output: AgentOutput) => void

/** A failing action is tried so often before the next step's turn. */
const MAX_FAILURES = 2
const MAX_BACKOFF = 16

/** What the steps of an action share with the agent. */
export interface HealingParts {
  readonly catalogue: Catalogue
  readonly limits: AgentLimits
  readonly board: HealthBoard
  readonly budgets: Budgets
  readonly causes: Causes
  readonly chronicle: Chronicle
  readonly treatments: ReadonlyMap<string, Treatment>
  /** What last helped a service, to know a relapse. */
  readonly helped: Map<string, { readonly kind: ActionKind; readonly atMs: number }>
  /** Whether the agent may act without being asked. */
  mayAct(): boolean
  nextId(): number
}

/** The steps of every action: pre-check, durable record, act, post-check, outcome. */
export class Healing {
  readonly #parts: HealingParts

  constructor(parts: HealingParts) {
    this.#parts = parts
  }

  begin(
    treatment: Treatment,
    action: ActionKind,
    consent: string | undefined,
    now: number,
    out: Out
  ): void {
    treatment.stage = 'checking'
    treatment.id = `${treatment.incident.id}.${this.#parts.nextId()}`
    treatment.action = action
    treatment.consent = consent
    treatment.startedMs = now
    out({ kind: 'recheck', id: treatment.id, service: treatment.service })
  }

  rechecked(input: AgentInput & { kind: 'rechecked' }, now: number, out: Out): void {
    const treatment = this.#running(input.id, 'checking')
    if (treatment === undefined) return
    const { results } = input
    const kind = treatment.action!
    if (results === undefined) return this.#giveUp(treatment, 'not-done', 'no pre-check', now, out)
    this.#parts.board.take(results, now)
    const left = results.flatMap(({ symptoms }) => symptoms)
    if (!left.some(found => treatment.targets.includes(found.kind))) {
      treatment.stage = 'waiting'
      // Looks go on; if it comes back, it has to be confirmed anew.
      treatment.dueMs = now + this.#parts.limits.confirmMs
      return this.#parts.chronicle.outcome(
        treatment,
        'not-needed',
        'gone at the pre-check',
        now,
        out
      )
    }
    const why = this.#forbidden(treatment, now)
    if (why !== undefined) return this.#giveUp(treatment, 'not-done', why, now, out)
    this.#parts.budgets.spend(treatment.service, kind, now)
    treatment.stage = 'recording'
    const row: OperatorRow = {
      kind: 'acting',
      incident: treatment.incident.id,
      id: treatment.id,
      action: { kind, service: treatment.service },
      inverse: aboutAction(kind).inverse,
      ...(treatment.consent === undefined ? {} : { consent: treatment.consent })
    }
    out({ kind: 'record', row, id: treatment.id })
  }

  recorded(id: string, ok: boolean, now: number, out: Out): void {
    const undoing = this.#running(id, 'recording-undo')
    if (undoing !== undefined) return this.#undo(undoing, ok, now, out)
    const treatment = this.#running(id, 'recording')
    if (treatment === undefined) return
    if (!ok) {
      this.#giveUp(treatment, 'not-done', 'the record is not durable', now, out)
      const text = `${treatment.service}: nothing is done that cannot be recorded. Free disk space.`
      return this.#parts.chronicle.tell('alert', treatment, text, now, out)
    }
    if (treatment.consent === undefined && !this.#parts.mayAct()) {
      return this.#giveUp(treatment, 'not-done', 'the operator took control', now, out)
    }
    treatment.stage = 'acting'
    treatment.incident.actions++
    treatment.incident.lingers = true
    const action = { kind: treatment.action!, service: treatment.service }
    out({ kind: 'act', id, action })
  }

  acted(id: string, ok: boolean, detail: string, now: number, out: Out): void {
    const treatment = this.#running(id, 'acting')
    if (treatment === undefined) return
    if (!ok) return this.#giveUp(treatment, 'failed', detail, now, out)
    const { cost } = aboutAction(treatment.action!)
    const { startMs } = this.#parts.catalogue.services.get(treatment.service)!
    this.#parts.board.renew(treatment.service, now)
    treatment.stage = 'watching'
    treatment.dueMs = now + (cost === 'restart' ? startMs : this.#parts.limits.lightPostCheckMs)
  }

  postCheck(treatment: Treatment, now: number, out: Out): void {
    const { symptoms, unsettled } = this.#parts.board.view(treatment.service, now)
    const kind = treatment.action!
    const left = unsettled || symptoms.some(found => treatment.targets.includes(found.kind))
    if (left && now < treatment.dueMs) return
    treatment.stage = 'waiting'
    if (!left) {
      const { graceMs } = this.#parts.catalogue.services.get(treatment.service)!
      const light = aboutAction(kind).cost === 'light'
      treatment.settleMs = now + (light ? this.#parts.limits.lightPostCheckMs : graceMs)
      treatment.dueMs = treatment.settleMs
      this.#parts.helped.set(treatment.service, { kind, atMs: now })
      treatment.incident.healedMs = now
      for (const name of this.#parts.catalogue.services.keys()) {
        if (this.#parts.causes.standsOn(name, treatment.service)) this.#parts.board.renew(name, now)
      }
      return this.#parts.chronicle.outcome(treatment, 'healed', '', now, out)
    }
    treatment.tried.push(kind)
    treatment.dueMs = now
    this.#parts.chronicle.outcome(
      treatment,
      'no-effect',
      symptoms[0]?.detail ?? 'unsettled',
      now,
      out
    )
    // A command an operator configured is his to take back.
    const { hooks } = this.#parts.catalogue.services.get(treatment.service)!
    if (aboutAction(kind).undone !== true || hooks[kind] !== undefined) return
    treatment.stage = 'recording-undo'
    this.#parts.chronicle.undo('undoing', treatment, out)
  }

  undone(id: string, ok: boolean, now: number, out: Out): void {
    const treatment = this.#running(id, 'undoing')
    if (treatment === undefined) return
    treatment.stage = 'waiting'
    treatment.dueMs = now
    this.#parts.board.renew(treatment.service, now)
    this.#parts.chronicle.undo(ok ? 'undone' : 'undo-failed', treatment, out)
  }

  #undo(treatment: Treatment, ok: boolean, now: number, out: Out): void {
    if (ok && this.#parts.mayAct()) {
      treatment.stage = 'undoing'
      const action = { kind: treatment.action!, service: treatment.service }
      return out({ kind: 'undo', id: treatment.id, action })
    }
    treatment.stage = 'waiting'
    treatment.dueMs = now
    this.#parts.chronicle.undo('undo-failed', treatment, out)
  }

  /** An action that wasn't done or failed: waits longer each time. */
  #giveUp(
    treatment: Treatment,
    outcome: ActionOutcome,
    detail: string,
    now: number,
    out: Out
  ): void {
    treatment.stage = 'waiting'
    const factor = Math.min(2 ** treatment.failures, MAX_BACKOFF)
    treatment.failures++
    treatment.dueMs = now + this.#parts.limits.retryMs * factor
    if (outcome === 'failed' && treatment.failures >= MAX_FAILURES) {
      treatment.tried.push(treatment.action!)
    }
    this.#parts.chronicle.outcome(treatment, outcome, detail, now, out)
  }

  /** Why an action that passed its pre-check must not be done, if so. */
  #forbidden(treatment: Treatment, now: number): string | undefined {
    if (treatment.consent !== undefined) return undefined
    if (!this.#parts.mayAct()) return 'not allowed to act any more'
    const urgent = treatment.tried.length > 0
    const allowance = this.#parts.budgets.ask(treatment.service, treatment.action!, now, urgent)
    return allowance.allowed ? undefined : allowance.why
  }

  #running(id: string, stage: Treatment['stage']): Treatment | undefined {
    for (const treatment of this.#parts.treatments.values()) {
      if (treatment.id === id && treatment.stage === stage) return treatment
    }
    return undefined
  }
}
