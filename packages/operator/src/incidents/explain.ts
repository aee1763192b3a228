import { SYMPTOMS } from '../checks/symptoms.ts'
import { aboutAction } from '../remedy/actions.ts'
import type { IncidentBundle } from './book.ts'
import type { OperatorRow } from './rows.ts'

/** An incident in sentences: what was seen, why what was done, and what came of it. */
export function explain({ id, root, openedMs, closedMs, rows }: IncidentBundle): string {
  const closed = rows.map(({ row }) => row).find(row => row.kind === 'closed')
  const tookMs = closed?.tookMs ?? (closedMs ?? openedMs) - openedMs
  const state = closedMs === undefined ? 'open' : `healthy again after ${tookMs} ms`
  const lines = rows.map(({ atMs, row }) => `${plus(atMs - openedMs)}  ${sentence(row)}`)
  return [`Incident ${id}: cause ${root}, ${state}.`, ...lines, ''].join('\n')
}

function plus(ms: number): string {
  return `+${ms} ms`.padStart(12)
}

function sentence(row: OperatorRow): string {
  switch (row.kind) {
    case 'opened': {
      const seen = row.symptoms.map(({ kind, detail }) => `${SYMPTOMS[kind].says} (${detail})`)
      const also = row.affected.length === 0 ? '' : `; behind it ${row.affected.join(', ')}`
      return `${row.root} ${seen.join(', ')}${also}`
    }
    case 'decided': {
      const seen = row.symptoms.map(({ kind }) => kind).join(', ')
      const model = row.disagrees === undefined ? '' : `; the model would ${row.disagrees}`
      return `${row.service}: ${seen} → rule ${row.rule} → ${row.verdict}: ${row.why}${model}`
    }
    case 'acting':
      return `recorded, then done: ${row.action.kind} ${row.action.service} (undo: ${row.inverse})`
    case 'outcome': {
      const detail = row.detail === '' ? '' : ` (${row.detail})`
      return `${row.action.kind} ${row.action.service}: ${row.outcome} after ${row.tookMs} ms${detail}`
    }
    case 'undoing':
      return `of no use, so it is taken back: ${row.inverse}`
    case 'undone':
      return `taken back: ${row.action.kind} ${row.action.service}`
    case 'undo-failed':
      return `could not be taken back: ${row.inverse}; do it by hand`
    case 'asked':
    case 'delivered':
    case 'approved':
    case 'denied':
    case 'auto-denied':
    case 'expired':
    case 'withdrawn':
    case 'deferred':
      return `question ${row.approval}, to ${aboutAction(row.action.kind).says}: ${row.kind}`
    case 'collected':
      return `log of ${row.service} collected, ${row.lines.length} characters`
    case 'closed':
      return 'closed: all stayed healthy'
    case 'role':
      return `${row.autonomy}, ${row.control} in control: ${row.why}`
    case 'flagged':
    case 'refused':
      return `${row.kind} ${row.code}: ${row.detail}`
    default:
      return row satisfies never
  }
}
