import { hash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { type FastifyError, type FastifyReply, fastify } from 'fastify'
import { isLoopback } from '../config/index.ts'
import type { ApiInit, App } from './app.ts'
import { API_STATUS, ApiListenError } from './errors.ts'
import { EventHub, everyInterval } from './events/event-hub.ts'
import { addGuards, SECURITY_HEADERS } from './guards.ts'
import { type DescribedRoute, openApiDocument } from './openapi.ts'
import { refusalOf, SEE_OPENAPI } from './refusals.ts'
import { eventRoutes } from './routes/events.ts'
import { governanceRoutes } from './routes/governance.ts'
import { inviteRoutes } from './routes/invites.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { meshRoutes } from './routes/mesh.ts'
import { operatorRoutes } from './routes/operator.ts'
import { probeRoutes } from './routes/probes.ts'
import { proposalRoutes } from './routes/proposals.ts'
import { verifyRoutes } from './routes/verify.ts'

const BODY_LIMIT_BYTES = 64 * 1024
/** How long a client may take to send a request: a slow-loris holds a connection no longer. */
const REQUEST_TIMEOUT_MS = 10_000
const HANDLER_TIMEOUT_MS = 10_000
const MAX_CONNECTIONS = 512

/** Answers to requests that never became one, by the parser's code. */
const CLIENT_ERRORS: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large'
}

/** A node's HTTP API; nothing listens until `listen`. */
export interface Api {
  /** For tests and for whoever adds routes (the dashboard) before `listen`. */
  readonly app: App
  /**
   * @param port - 0 takes any free one
   * @returns the URL, `http://127.0.0.1:4800`
   * @throws ApiListenError when the port is taken or the host is not a loopback one
   */
  listen(where: { host: string; port: number }): Promise<string>
  /** Ends streams and connections. */
  close(): Promise<void>
}

/** Creates the API over what the node shows of itself. */
export function createApi(init: ApiInit): Api {
  const app = createApp(init)
  const hub = new EventHub({
    events: init.events,
    every: init.every ?? everyInterval,
    onError: err => init.logger.error({ err }, 'event stream failed')
  })
  app.addHook('preClose', async () => hub.close())
  addGuards(app, init)
  addErrors(app, init)
  addDocument(app)
  meshRoutes(app, init)
  ledgerRoutes(app, init)
  verifyRoutes(app, init)
  inviteRoutes(app, init)
  operatorRoutes(app, init)
  proposalRoutes(app, init)
  governanceRoutes(app, init)
  eventRoutes(app, hub)
  probeRoutes(app, init)
  return { app, listen: where => listen(app, where), close: () => app.close() }
}

function createApp({ logger }: ApiInit): App {
  const app: App = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: {
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS / 2
    },
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true } },
    clientErrorHandler: (error, socket) => {
      logger.debug({ code: error.code }, 'api connection failed')
      const status = CLIENT_ERRORS[error.code] ?? '400 Bad Request'
      if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
    },
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      const { status, body } = refusalOf(error)
      reply.code(status).headers(SECURITY_HEADERS).send(body)
    }
  })
  app.server.maxConnections = MAX_CONNECTIONS
  app.removeContentTypeParser('text/plain')
  app.addHook('onRoute', route => {
    if (route.config?.unlimited !== true) route.handlerTimeout = HANDLER_TIMEOUT_MS
  })
  return app
}

function addErrors(app: App, { logger }: ApiInit): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const { status, body } = refusalOf(error)
    if (status >= API_STATUS.API_INTERNAL) {
      logger.error({ err: error, route: request.routeOptions.url }, 'api request failed')
    }
    return reply.code(status).send(body)
  })
  app.setNotFoundHandler((_request, reply) =>
    reply.code(API_STATUS.API_NOT_FOUND).send({
      code: 'API_NOT_FOUND',
      message: 'there is no such endpoint',
      next: SEE_OPENAPI
    })
  )
}

/** Serves the OpenAPI document of all routes registered after this call. */
function addDocument(app: App): void {
  const routes: DescribedRoute[] = []
  app.addHook('onRoute', route => {
    if (route.config?.summary !== undefined) routes.push(route)
  })
  let document: { text: string; etag: string } | undefined
  app.get('/openapi.json', (request, reply) => {
    document ??= taggedJson(openApiDocument(routes))
    reply.headers({ etag: document.etag, 'cache-control': 'no-cache' })
    if (request.headers['if-none-match'] === document.etag) return reply.code(304).send()
    return reply.type('application/json').send(document.text)
  })
}

function taggedJson(value: unknown): { text: string; etag: string } {
  const text = JSON.stringify(value)
  return { text, etag: `"${hash('sha256', text).slice(0, 32)}"` }
}

async function listen(app: App, { host, port }: { host: string; port: number }): Promise<string> {
  if (!isLoopback(host)) {
    throw new ApiListenError(
      'API_NOT_LOOPBACK',
      `the API listens on loopback only, not on ${host}; set api.host to 127.0.0.1`
    )
  }
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, host, port)
  }
  const { port: bound } = app.server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ApiListenError {
  if (error.code === 'EADDRINUSE') {
    return new ApiListenError(
      'API_PORT_TAKEN',
      `port ${port} of ${host} is taken, maybe by another node; set api.port to another or to 0`
    )
  }
  return new ApiListenError(
    'API_LISTEN_FAILED',
    `can't listen on ${host} port ${port} (${error.code}); set api.port to another`
  )
}
