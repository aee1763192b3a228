import type { ApprovalRequest } from '../approvals/queue.ts'
import type { Role } from '../decide/decide.ts'
import type { Action } from '../remedy/actions.ts'
import type { TimedRow } from './book.ts'
import type { OperatorRow } from './rows.ts'

/** Something of an earlier start, and how long ago it was. */
export interface Ago<T> {
  readonly what: T
  readonly agoMs: number
}

/** What earlier starts left to go on with. */
export interface Past {
  /** Numbers up to this one are in ids already. */
  readonly count: number
  /** Actions begun, oldest first. */
  readonly actions: readonly Ago<Action>[]
  /** Actions of which it isn't known what came of them. */
  readonly interrupted: readonly (OperatorRow & { readonly kind: 'acting' })[]
  /** Incidents not closed. */
  readonly incidents: readonly Ago<PastIncident>[]
  /** Questions without an answer. */
  readonly questions: readonly (Ago<ApprovalRequest> & { readonly waitMs: number })[]
  /** Consents that were given and not yet made use of, by approval. */
  readonly consents: readonly (Ago<Action> & { readonly approval: string })[]
  readonly denied: readonly Ago<Action>[]
  readonly control: Role['control']
  /** What is left of the last grant. */
  readonly grantMs: number
}

export interface PastIncident {
  readonly id: string
  readonly root: string
  readonly services: readonly string[]
  readonly actions: number
}

interface Folding {
  count: number
  actions: Ago<Action>[]
  readonly acting: Map<string, OperatorRow & { readonly kind: 'acting' }>
  readonly incidents: Map<
    string,
    { row: OperatorRow & { kind: 'opened' }; agoMs: number; actions: number }
  >
  readonly questions: Map<string, Ago<ApprovalRequest> & { readonly waitMs: number }>
  readonly consents: Map<string, Ago<Action> & { readonly approval: string }>
  readonly denied: Map<string, Ago<Action>>
  control: Role['control']
  grantMs: number
}

/** Folds the rows of earlier starts, oldest first. `wallMs` is now, Unix milliseconds. */
export function pastOf(history: readonly TimedRow[], wallMs: number): Past {
  const folded: Folding = {
    count: 0,
    actions: [],
    acting: new Map(),
    incidents: new Map(),
    questions: new Map(),
    consents: new Map(),
    denied: new Map(),
    control: 'agent',
    grantMs: 0
  }
  for (const { atMs, row } of history) fold(folded, row, Math.max(0, wallMs - atMs))
  return {
    count: folded.count,
    actions: folded.actions,
    interrupted: [...folded.acting.values()],
    incidents: [...folded.incidents.values()].map(({ row, agoMs, actions }) => ({
      what: {
        id: row.incident,
        root: row.root,
        services: [row.root, ...row.affected],
        actions
      },
      agoMs
    })),
    questions: [...folded.questions.values()],
    consents: [...folded.consents.values()],
    denied: [...folded.denied.values()],
    control: folded.control,
    grantMs: folded.grantMs
  }
}

function fold(to: Folding, row: OperatorRow, agoMs: number): void {
  to.count = Math.max(to.count, numberIn(row))
  switch (row.kind) {
    case 'opened':
      to.incidents.set(row.incident, { row, agoMs, actions: 0 })
      return
    case 'closed':
      to.incidents.delete(row.incident)
      for (const id of to.consents.keys()) {
        if (id.startsWith(`${row.incident}.`)) to.consents.delete(id)
      }
      return
    case 'acting': {
      const incident = to.incidents.get(row.incident)
      if (incident !== undefined) incident.actions++
      to.acting.set(row.id, row)
      to.actions.push({ what: row.action, agoMs })
      if (row.consent !== undefined) to.consents.delete(row.consent)
      return
    }
    case 'outcome':
      to.acting.delete(row.id)
      return
    case 'role':
      to.control = row.control === 'operator' ? 'operator' : 'agent'
      to.grantMs = Math.max(0, row.grantMs - agoMs)
      return
    case 'asked': {
      const { approval: id, incident, action, why, evidence, dryRun } = row
      const what = { id, incident, action, why, evidence, dryRun }
      to.questions.set(id, { what, agoMs, waitMs: 0 })
      return
    }
    case 'deferred': {
      const question = to.questions.get(row.approval)
      const waitMs = Math.max(0, row.waitMs - agoMs)
      if (question !== undefined) to.questions.set(row.approval, { ...question, waitMs })
      return
    }
    case 'approved':
    case 'denied':
    case 'auto-denied':
    case 'expired':
    case 'withdrawn':
      return answered(to, row.kind, row.approval, { what: row.action, agoMs })
    default:
  }
}

function answered(to: Folding, kind: OperatorRow['kind'], approval: string, of: Ago<Action>): void {
  to.questions.delete(approval)
  if (kind === 'approved') to.consents.set(approval, { ...of, approval })
  else if (kind !== 'withdrawn') to.denied.set(`${of.what.service} ${of.what.kind}`, of)
}

/** The number an id ends with. */
function numberIn(row: OperatorRow): number {
  const id =
    'id' in row ? row.id : 'approval' in row ? row.approval : 'incident' in row ? row.incident : ''
  return Number(/(\d{1,15})$/.exec(id)?.[1] ?? 0)
}
