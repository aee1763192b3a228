import { Type } from 'typebox'
import type { ApiInit, App } from '../app.ts'
import { ApiError } from '../errors.ts'
import { LedgerPageSchema, LedgerSchema, ProofSchema } from '../schemas/ledger.ts'

const MAX_PAGE = 500

const sequence = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

const EventsQuery = Type.Object(
  {
    from: Type.Integer({ ...sequence, default: 0, description: 'first sequence number' }),
    limit: Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })
  },
  { additionalProperties: false }
)

const ProofParams = Type.Object({
  seq: Type.Integer({ ...sequence, description: 'sequence number of the event' })
})

/** Reading the ledger. */
export function ledgerRoutes(app: App, { view, ledger }: Pick<ApiInit, 'view' | 'ledger'>): void {
  app.get(
    '/v1/ledger',
    {
      config: { summary: 'Size, root and faults of the ledger.' },
      schema: { response: { 200: LedgerSchema } }
    },
    () => view.ledger()
  )

  app.get(
    '/v1/ledger/events',
    {
      config: { summary: 'Ledger events by sequence, a page at a time.' },
      schema: { querystring: EventsQuery, response: { 200: LedgerPageSchema } }
    },
    async ({ query }) => {
      const events = await ledger.events(query)
      const { size } = view.ledger()
      const end = (events.at(-1)?.seq ?? size) + 1
      return { size, events, next: end < size ? end : null }
    }
  )

  app.get(
    '/v1/ledger/proof/:seq',
    {
      config: { summary: 'Proof that an event is in the log (RFC 6962 audit path).' },
      schema: { params: ProofParams, response: { 200: ProofSchema } }
    },
    async ({ params: { seq } }) => {
      const proof = await ledger.proof(seq)
      if (proof !== undefined) return proof
      const { size } = view.ledger()
      throw new ApiError(
        'LEDGER_SEQ_UNKNOWN',
        `the ledger has ${size} events, none with sequence ${seq}`,
        size > 0 ? `ask for 0 to ${size - 1}` : 'wait for the first event'
      )
    }
  )
}
