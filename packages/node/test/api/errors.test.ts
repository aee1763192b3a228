import assert from 'node:assert/strict'
import { ApiError } from '../../src/api/index.ts'
import { AUTHORISED, closeAll, createHarness, get, LOCAL, post } from './support/harness.ts'

describe('refusals', () => {
  afterEach(closeAll)

  const cases: {
    desc: string
    url: string
    status: number
    code: string
    message: string | RegExp
  }[] = [
    {
      desc: 'an unknown endpoint',
      url: '/v2/mesh',
      status: 404,
      code: 'API_NOT_FOUND',
      message: 'there is no such endpoint'
    },
    {
      desc: 'a page that is too long',
      url: '/v1/nodes?limit=501',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: 'querystring limit must be <= 500'
    },
    {
      desc: 'an empty page',
      url: '/v1/ledger/events?limit=0',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: 'querystring limit must be >= 1'
    },
    {
      desc: 'an unknown filter',
      url: '/v1/nodes?standin=down',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: 'unknown querystring field standin'
    },
    {
      desc: 'an unknown standing',
      url: '/v1/nodes?standing=up',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: 'querystring standing must be equal to one of the allowed values'
    },
    {
      desc: 'a cursor that none of its answers held',
      url: '/v1/nodes?cursor=../../etc/passwd',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: /^querystring cursor must match pattern/
    },
    {
      desc: 'a sequence that is no number',
      url: '/v1/ledger/proof/one',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: 'params seq must be integer'
    },
    {
      desc: 'a sequence past the end',
      url: '/v1/ledger/proof/3',
      status: 404,
      code: 'LEDGER_SEQ_UNKNOWN',
      message: 'the ledger has 3 events, none with sequence 3'
    },
    {
      desc: 'a URL that is none, without echoing control characters',
      url: '/%zz%00',
      status: 400,
      code: 'API_BAD_REQUEST',
      message: /^[\x20-\x7e]+$/
    }
  ]
  for (const { desc, url, status, code, message } of cases) {
    it(`tell of ${desc}`, async () => {
      const { api } = createHarness()
      const answer = await get(api, url)
      assert.equal(answer.statusCode, status)
      assert.match(String(answer.headers['content-type']), /^application\/json/)
      const body = answer.json()
      assert.deepEqual(Object.keys(body), ['code', 'message', 'next'])
      assert.equal(body.code, code)
      if (typeof message === 'string') assert.equal(body.message, message)
      else assert.match(body.message, message)
    })
  }

  it('name the field that a body may not have', async () => {
    const { api } = createHarness()
    const answer = await post(api, '/v1/invites', { validForMs: 60_000, admin: true })
    assert.deepEqual([answer.statusCode, answer.json().message], [400, 'unknown body field admin'])
  })

  it('tell of a body that is too large', async () => {
    const { api } = createHarness()
    const answer = await post(api, '/v1/invites', `{"validForMs":60000${' '.repeat(64 * 1024)}}`)
    assert.deepEqual([answer.statusCode, answer.json().code], [413, 'API_BODY_TOO_LARGE'])
  })

  it('tell of a body that is not JSON, or not said to be', async () => {
    const { api } = createHarness()
    const broken = await post(api, '/v1/invites', '{"validForMs":')
    assert.deepEqual([broken.statusCode, broken.json().code], [400, 'API_BAD_REQUEST'])
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const typed = await post(api, '/v1/invites', '{}', { 'content-type': type })
      assert.deepEqual([typed.statusCode, typed.json().code], [415, 'API_BAD_REQUEST'], type)
    }
    const none = await api.app.inject({
      method: 'POST',
      url: '/v1/invites',
      headers: { ...LOCAL, ...AUTHORISED }
    })
    assert.equal(none.statusCode, 400)
  })

  it('refuse a body that reaches into prototypes', async () => {
    const { api } = createHarness()
    const answer = await post(api, '/v1/invites', '{"__proto__":{"validForMs":60000}}')
    assert.equal(answer.statusCode, 400)
  })

  it('tell nothing of what went wrong inside', async () => {
    const { api, view } = createHarness()
    view.mesh = () => {
      throw new Error('SELECT * FROM secrets at /home/ann')
    }
    const answer = await get(api, '/v1/mesh')
    assert.equal(answer.statusCode, 500)
    assert.deepEqual(answer.json(), {
      code: 'API_INTERNAL',
      message: 'the node failed to answer',
      next: "see the node's log"
    })
  })

  it('pass on what a port wants the caller to know', async () => {
    const refuse = new ApiError('API_CONFLICT', 'the ledger is read-only', 'free some disk')
    const { api } = createHarness({ invites: { create: () => Promise.reject(refuse) } })
    const answer = await post(api, '/v1/invites')
    assert.equal(answer.statusCode, 409)
    assert.deepEqual(answer.json(), {
      code: 'API_CONFLICT',
      message: 'the ledger is read-only',
      next: 'free some disk'
    })
  })
})
