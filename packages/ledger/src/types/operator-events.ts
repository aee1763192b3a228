import { toBuffer } from '../bytes.ts'
import type { PayloadCodec } from './codec.ts'
import { type EventType, eventType } from './event-type.ts'

/**
 * What the operator's agent saw, decided or did. The fields besides `kind` are those of the agent's
 * rows; who reads them checks them.
 */
export interface OperatorNote {
  readonly kind: string
  readonly [field: string]: unknown
}

const KIND = /^[a-z][a-z-]{0,31}$/

/** Compact JSON of an object whose fields keep their order: one value, one encoding. */
const note: PayloadCodec<OperatorNote> = {
  encode(value) {
    if (!KIND.test(value.kind)) throw new RangeError('kind must be a word in kebab case')
    return Buffer.from(JSON.stringify(value))
  },
  decode(payload) {
    const text = toBuffer(payload).toString('utf8')
    const value = parse(text)
    if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
    if (typeof value.kind !== 'string' || !KIND.test(value.kind)) return undefined
    return JSON.stringify(value) === text ? (value as OperatorNote) : undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Fields that say in a few words what a row is about. */
const TOLD = ['incident', 'root', 'service', 'rule', 'verdict', 'outcome', 'why', 'code'] as const

export const operatorNote: EventType<OperatorNote> = eventType({
  number: 112,
  name: 'operator',
  version: 1,
  codec: note,
  outcome: value => {
    const { action } = value as { action?: { kind?: unknown; service?: unknown } | null }
    const done = typeof action === 'object' && action !== null ? [action.kind, action.service] : []
    const said = [...TOLD.map(field => value[field]), ...done]
    return [value.kind, ...said.filter(part => typeof part === 'string')].join(' · ')
  }
})
