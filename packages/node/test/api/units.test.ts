import assert from 'node:assert/strict'
import type { FastifyError } from 'fastify'
import { readSse, type SseMessage } from '../../src/api/client/sse-reader.ts'
import { newApiToken } from '../../src/api/index.ts'
import { refusalOf } from '../../src/api/refusals.ts'
import { tokenCheck } from '../../src/api/token.ts'

describe('token', () => {
  it('is 256 random bits that its own check accepts', () => {
    const [one, other] = [newApiToken(), newApiToken()]
    assert.match(one, /^[\w-]{43}$/)
    assert.ok(tokenCheck(one)(`Bearer ${one}`))
    assert.ok(!tokenCheck(one)(`Bearer ${other}`))
  })
})

describe('refusal', () => {
  it('of a handler that took too long asks to come back', () => {
    const error = Object.assign(new Error('x'), {
      code: 'FST_ERR_HANDLER_TIMEOUT',
      statusCode: 503
    })
    const { status, body } = refusalOf(error as FastifyError)
    assert.deepEqual([status, body.code], [503, 'API_TIMEOUT'])
  })
})

describe('reader of event streams', () => {
  async function* chunks(...parts: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
    for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part
  }

  it('puts messages together however they are cut', async () => {
    const bytes = Buffer.from(': hi\n\nid: 7\nevent: step\ndata: {"a":"é"}\n\ndata: 1\ndata: 2\n\n')
    for (let size = 1; size <= bytes.length; size++) {
      const parts: Uint8Array[] = []
      for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size))
      const messages: SseMessage[] = []
      for await (const message of readSse(chunks(...parts))) messages.push(message)
      assert.deepEqual(messages, [
        { id: undefined, event: 'message', data: '' },
        { id: '7', event: 'step', data: '{"a":"é"}' },
        { id: undefined, event: 'message', data: '1\n2' }
      ])
    }
  })

  it('refuses a message without end', async () => {
    const endless = readSse(chunks('data: ', 'x'.repeat(600_000), 'x'.repeat(600_000)))
    await assert.rejects(endless.next(), { code: 'NODE_UNKNOWN_ANSWER' })
  })
})
