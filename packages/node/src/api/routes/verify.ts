import { Readable } from 'node:stream'
import type { ApiInit, App } from '../app.ts'
import { ApiError } from '../errors.ts'
import { EVENT_STREAM, sseMessage } from '../events/sse.ts'
import type { LedgerPort } from '../ports.ts'
import { refusalOf } from '../refusals.ts'
import { VerifyResultSchema } from '../schemas/ledger.ts'
import { streamOf } from '../schemas/stream.ts'

const response = {
  200: {
    content: {
      'application/json': { schema: VerifyResultSchema },
      'text/event-stream': {
        schema: streamOf('events `progress` (VerifyProgress), then `result` or `error`')
      }
    }
  }
}

/** Re-hashing the whole ledger: one run at a time, since it takes a core. */
export function verifyRoutes(
  app: App,
  { ledger, logger }: Pick<ApiInit, 'ledger' | 'logger'>
): void {
  let running = false
  app.post(
    '/v1/ledger/verify',
    {
      config: {
        summary: 'Verifies every event; accept text/event-stream to see the progress.',
        needsToken: true,
        unlimited: true
      },
      schema: { response }
    },
    async (request, reply) => {
      if (running) {
        throw new ApiError(
          'LEDGER_VERIFY_RUNNING',
          'the ledger is being verified',
          'wait for it to end'
        )
      }
      running = true
      const verify: LedgerPort['verify'] = async onProgress => {
        try {
          return await ledger.verify(onProgress)
        } finally {
          running = false
        }
      }
      if (!request.headers.accept?.includes('text/event-stream')) return await verify(() => {})
      const onError = (err: unknown): void => logger.error({ err }, 'ledger verification failed')
      return reply.type(EVENT_STREAM).send(progressOf(verify, onError))
    }
  )
}

function progressOf(verify: LedgerPort['verify'], onError: (error: unknown) => void): Readable {
  const stream = new Readable({ read: () => {} })
  const say = (event: string, data: unknown): void => {
    if (!stream.destroyed) stream.push(sseMessage(data, { event }))
  }
  verify(progress => {
    // Who reads slowly sees fewer steps.
    if (stream.readableLength === 0) say('progress', progress)
  })
    .then(
      result => say('result', result),
      error => {
        onError(error)
        say('error', refusalOf(error).body)
      }
    )
    .finally(() => stream.push(null))
  return stream
}
