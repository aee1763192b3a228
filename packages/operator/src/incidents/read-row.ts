import { SYMPTOMS } from '../checks/symptoms.ts'
import { isActionKind } from '../remedy/actions.ts'
import type { OperatorRow } from './rows.ts'

type Shape = 'text' | 'number' | 'texts' | 'action' | 'symptoms'

const APPROVAL = { incident: 'text', approval: 'text', action: 'action' } as const
const UNDO = { incident: 'text', id: 'text', action: 'action', inverse: 'text' } as const
const CODED = { code: 'text', detail: 'text' } as const

/** The fields of each kind of row that must be there. */
const FIELDS: Readonly<Record<OperatorRow['kind'], Readonly<Record<string, Shape>>>> = {
  opened: { incident: 'text', root: 'text', symptoms: 'symptoms', affected: 'texts' },
  decided: {
    incident: 'text',
    service: 'text',
    symptoms: 'symptoms',
    rule: 'text',
    verdict: 'text',
    why: 'text',
    overruled: 'texts'
  },
  acting: UNDO,
  outcome: {
    incident: 'text',
    id: 'text',
    action: 'action',
    outcome: 'text',
    tookMs: 'number',
    detail: 'text'
  },
  undoing: UNDO,
  undone: UNDO,
  'undo-failed': UNDO,
  asked: { ...APPROVAL, why: 'text', evidence: 'texts', dryRun: 'texts' },
  delivered: APPROVAL,
  approved: APPROVAL,
  denied: APPROVAL,
  'auto-denied': APPROVAL,
  expired: APPROVAL,
  withdrawn: APPROVAL,
  deferred: { ...APPROVAL, waitMs: 'number' },
  collected: { incident: 'text', service: 'text', lines: 'text' },
  closed: { incident: 'text', root: 'text', tookMs: 'number' },
  role: { autonomy: 'text', control: 'text', why: 'text', grantMs: 'number' },
  flagged: CODED,
  refused: CODED
}

/** A row as it was written, `undefined` if it is none: a later release may write others. */
export function readRow(value: { readonly kind: string }): OperatorRow | undefined {
  if (!Object.hasOwn(FIELDS, value.kind)) return undefined
  const fields = Object.entries(FIELDS[value.kind as OperatorRow['kind']])
  const held = value as Readonly<Record<string, unknown>>
  return fields.every(([name, shape]) => fits(held[name], shape))
    ? (value as OperatorRow)
    : undefined
}

function fits(value: unknown, shape: Shape): boolean {
  switch (shape) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return Number.isSafeInteger(value) && Number(value) >= 0
    case 'texts':
      return Array.isArray(value) && value.every(item => typeof item === 'string')
    case 'action':
      return isRecord(value) && isKind(value['kind']) && typeof value['service'] === 'string'
    case 'symptoms':
      return Array.isArray(value) && value.every(item => isRecord(item) && isSymptom(item))
    default:
      return shape satisfies never
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isKind(value: unknown): boolean {
  return typeof value === 'string' && isActionKind(value)
}

function isSymptom({ kind, detail }: Readonly<Record<string, unknown>>): boolean {
  return typeof kind === 'string' && Object.hasOwn(SYMPTOMS, kind) && typeof detail === 'string'
}
