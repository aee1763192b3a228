import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { CouncilPort } from '../council/index.ts'
import type { Logger } from '../log/index.ts'
import type { NodeMetrics } from '../metrics/index.ts'
import type { OperatorPort } from '../operator/views.ts'
import type { NodeView } from '../view.ts'
import type { Every } from './events/event-hub.ts'
import type { EventPort, InvitePort, LedgerPort } from './ports.ts'

/** What the API shows and what it may ask for. */
export interface ApiInit {
  readonly view: NodeView
  readonly metrics: Pick<NodeMetrics, 'contentType' | 'scrape'>
  readonly events: EventPort
  readonly ledger: LedgerPort
  readonly invites: InvitePort
  readonly council: CouncilPort
  readonly operator: OperatorPort
  /** Bearer token of the endpoints that change something; only its hash is kept. */
  readonly token: string
  readonly logger: Logger
  /** Clock of the rate limit, in milliseconds, never set back; the process's when left out. */
  readonly nowMs?: () => number
  /** Repeats something until stopped; drives the heartbeats of event streams. */
  readonly every?: Every
}

/** The Fastify instance as the routes see it. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** One sentence for the OpenAPI document. */
    summary?: string
    /** Needs the bearer token and counts against the rate limit. */
    needsToken?: boolean
    /** Has no time limit: it streams, or works through the whole ledger. */
    unlimited?: boolean
  }
}
