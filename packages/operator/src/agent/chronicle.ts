import type { ApprovalClosed } from '../approvals/queue.ts'
import type { Decision, Role } from '../decide/decide.ts'
import type { ServiceView } from '../diagnosis/diagnose.ts'
import type { ActionOutcome, OperatorRow } from '../incidents/rows.ts'
import type { AgentOutput, Notice } from './messages.ts'
import type { Treatment } from './treatment.ts'

const MAX_TOLD = 4_096

type Out = (output: AgentOutput) => void

/** Puts what the agent does into rows and notices; the same notice not again for a while. */
export class Chronicle {
  readonly #againMs: number
  readonly #told = new Map<string, number>()

  constructor(againMs: number) {
    this.#againMs = againMs
  }

  tell(
    kind: Notice['kind'],
    { incident, service }: Treatment,
    text: string,
    now: number,
    out: Out
  ): void {
    const key = `${service} ${text}`
    if (now < (this.#told.get(key) ?? Number.MIN_SAFE_INTEGER) + this.#againMs) return
    this.#told.delete(key)
    this.#told.set(key, now)
    const oldest = this.#told.keys().next()
    if (this.#told.size > MAX_TOLD && oldest.done !== true) this.#told.delete(oldest.value)
    out({ kind: 'notify', notice: { kind, incident: incident.id, service, text } })
  }

  role({ autonomy, control }: Role, why: string, out: Out): void {
    out({ kind: 'record', row: { kind: 'role', autonomy, control, why } })
  }

  decision(
    { incident, service }: Treatment,
    { rule, verdict, overruled, disagrees }: Decision,
    symptoms: ServiceView['symptoms'],
    why: string,
    out: Out
  ): void {
    const row: OperatorRow = {
      kind: 'decided',
      incident: incident.id,
      service,
      symptoms,
      rule,
      verdict,
      why,
      overruled,
      ...(disagrees === undefined ? {} : { disagrees })
    }
    out({ kind: 'record', row })
  }

  outcome(
    { incident, id, action, service, startedMs }: Treatment,
    outcome: ActionOutcome,
    detail: string,
    now: number,
    out: Out
  ): void {
    const done = { kind: action!, service }
    const tookMs = now - startedMs
    const row = { kind: 'outcome', incident: incident.id, id, action: done } as const
    out({ kind: 'record', row: { ...row, outcome, tookMs, detail } })
  }

  approval(
    kind: ApprovalClosed['end'] | 'asked' | 'delivered' | 'deferred',
    {
      incident,
      id,
      action
    }: { incident: string; id: string; action: ApprovalClosed['approval']['action'] },
    out: Out
  ): void {
    out({ kind: 'record', row: { kind, incident, approval: id, action } })
  }
}
