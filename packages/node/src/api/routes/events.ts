import { Type } from 'typebox'
import type { App } from '../app.ts'
import { ApiError } from '../errors.ts'
import { type EventHub, MAX_STREAMS } from '../events/event-hub.ts'
import { EVENT_STREAM } from '../events/sse.ts'
import { streamOf } from '../schemas/stream.ts'

const sequence = { minimum: -1, maximum: Number.MAX_SAFE_INTEGER }

const EventsQuery = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({
        ...sequence,
        description: 'like Last-Event-ID, for the first connection; -1 for all'
      })
    )
  },
  { additionalProperties: false }
)

const EventsHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.Integer({ ...sequence, description: 'sequence of the last event the client has' })
  )
})

const response = {
  200: { content: { 'text/event-stream': { schema: streamOf('one Event a message') } } }
}

/** What happens, as it happens. */
export function eventRoutes(app: App, hub: EventHub): void {
  app.get(
    '/v1/events',
    {
      config: {
        summary: 'Server-sent events; resumes after Last-Event-ID, else starts with what is new.',
        unlimited: true
      },
      schema: { querystring: EventsQuery, headers: EventsHeaders, response }
    },
    (request, reply) => {
      const stream = hub.open(request.headers['last-event-id'] ?? request.query.after)
      if (stream === undefined) {
        throw new ApiError(
          'API_TOO_MANY_STREAMS',
          `${MAX_STREAMS} event streams are open`,
          'close one, or poll GET /v1/ledger/events'
        )
      }
      reply.type(EVENT_STREAM).send(stream)
    }
  )
}
