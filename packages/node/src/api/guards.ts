import type { FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../config/index.ts'
import type { ApiInit, App } from './app.ts'
import { ApiError } from './errors.ts'
import { RateLimiter } from './rate-limiter.ts'
import { tokenCheck } from './token.ts'

const MUTATIONS_PER_MINUTE = 100
const MAX_RATED_CALLERS = 1_024

/** What every answer carries. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY'
}

/** What every request passes before its handler: headers, host, origin, rate, token. */
export function addGuards(app: App, init: Pick<ApiInit, 'token' | 'nowMs' | 'logger'>): void {
  const isToken = tokenCheck(init.token)
  const limiter = new RateLimiter({
    perMinute: MUTATIONS_PER_MINUTE,
    maxCallers: MAX_RATED_CALLERS,
    nowMs: init.nowMs ?? (() => performance.now())
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS)
    refuseForeignNames(request)
    if (request.routeOptions.config.needsToken !== true) return
    const known = isToken(request.headers.authorization)
    const waitMs = limiter.take(known ? 'token' : request.ip)
    if (waitMs > 0) {
      const waitS = Math.ceil(waitMs / 1_000)
      reply.header('retry-after', waitS)
      throw new ApiError(
        'API_RATE_LIMITED',
        `more than ${MUTATIONS_PER_MINUTE} changes a minute`,
        `try again in ${waitS} s`
      )
    }
    if (known) return
    reply.header('www-authenticate', 'Bearer')
    throw new ApiError(
      'API_UNAUTHORIZED',
      'this needs the token of the node',
      'send it as Authorization: Bearer TOKEN; it is in api.json of the home folder'
    )
  })
  app.addHook('onResponse', async (request, reply) => logAccess(init, request, reply))
}

/**
 * Keeps web pages out: one that rebinds its name to 127.0.0.1 gives itself away by the Host header,
 * one of another origin by the browser's fetch metadata.
 */
function refuseForeignNames({ headers }: FastifyRequest): void {
  const host = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(headers.host ?? '')
  if (!isLoopback((host?.[1] ?? host?.[2] ?? '').toLowerCase())) {
    throw new ApiError(
      'API_WRONG_HOST',
      'this API answers to loopback names only',
      'use http://127.0.0.1 with the port of the node'
    )
  }
  const site = headers['sec-fetch-site'] ?? 'none'
  // Following a link is fine: the page it is on learns nothing of the answer.
  const byLink = headers['sec-fetch-mode'] === 'navigate'
  if (site !== 'none' && site !== 'same-origin' && !byLink) {
    throw new ApiError(
      'API_FORBIDDEN_ORIGIN',
      'this API answers no page of another origin',
      "open the node's own address"
    )
  }
}

function logAccess(
  { logger }: Pick<ApiInit, 'logger'>,
  request: FastifyRequest,
  reply: FastifyReply
): void {
  const { url = 'unknown', config } = request.routeOptions
  const access = {
    method: request.method,
    route: url,
    status: reply.statusCode,
    tookMs: Math.round(reply.elapsedTime),
    from: request.ip
  }
  if (config?.needsToken === true) logger.info(access, 'api access')
  else logger.debug(access, 'api access')
}
