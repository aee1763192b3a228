import type { ApprovalClosed, ApprovalRequest } from '../approvals/queue.ts'
import type { Decision, Role } from '../decide/decide.ts'
import type { ServiceView } from '../diagnosis/diagnose.ts'
import type { ActionOutcome, OperatorRow } from '../incidents/rows.ts'
import { FLAGS, type Flag } from '../refusals/flags.ts'
import { aboutAction } from '../remedy/actions.ts'
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

  role({ autonomy, control }: Role, why: string, grantMs: number, out: Out): void {
    out({ kind: 'record', row: { kind: 'role', autonomy, control, why, grantMs } })
  }

  flag({ code, detail }: Flag, out: Out): void {
    out({ kind: 'record', row: { kind: 'flagged', code, detail } })
    const text = `${code}: ${detail}. ${FLAGS[code]}`
    out({ kind: 'notify', notice: { kind: 'flag', incident: '', service: '', text } })
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

  asked({ id, ...question }: ApprovalRequest, out: Out): void {
    out({ kind: 'record', row: { kind: 'asked', approval: id, ...question } })
  }

  approval(
    kind: ApprovalClosed['end'] | 'delivered',
    { incident, id, action }: ApprovalRequest,
    out: Out
  ): void {
    out({ kind: 'record', row: { kind, incident, approval: id, action } })
  }

  deferred({ incident, id, action }: ApprovalRequest, waitMs: number, out: Out): void {
    out({ kind: 'record', row: { kind: 'deferred', incident, approval: id, action, waitMs } })
  }

  undo(
    kind: 'undoing' | 'undone' | 'undo-failed',
    { incident, id, action, service }: Treatment,
    out: Out
  ): void {
    const done = { kind: action!, service }
    const { inverse } = aboutAction(done.kind)
    const row = { kind, incident: incident.id, id, action: done, inverse } as const
    // Only what is about to be done waits for its row.
    out(kind === 'undoing' ? { kind: 'record', row, id } : { kind: 'record', row })
  }
}
