import assert from 'node:assert/strict'
import type { ApiInit } from '../../src/api/index.ts'
import { AUTHORISED, closeAll, createHarness, get, LOCAL, post, TOKEN } from './support/harness.ts'

const MUTATING = ['/v1/ledger/verify', '/v1/invites']
const READING = [
  ...['/v1/mesh', '/v1/nodes', '/v1/health', '/v1/ledger', '/v1/ledger/events'],
  ...['/v1/ledger/proof/0', '/livez', '/readyz', '/metrics', '/openapi.json']
]

describe('host check', () => {
  afterEach(closeAll)

  const cases: [string, boolean][] = [
    ['127.0.0.1', true],
    ['127.0.0.1:4800', true],
    ['127.9.9.9:1', true],
    ['localhost:4800', true],
    ['LOCALHOST', true],
    ['[::1]:4800', true],
    ['[::1]', true],
    ['evil.example', false],
    ['evil.example:4800', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:4800', false],
    ['127.0.0.1:4800@evil.example', false],
    ['0.0.0.0:4800', false],
    ['[::]:4800', false],
    ['10.0.0.7:4800', false],
    ['127.1', false]
  ]
  for (const [host, allowed] of cases) {
    it(`${allowed ? 'answers' : 'refuses'} ${host}`, async () => {
      const { api } = createHarness()
      const answer = await get(api, '/v1/mesh', { host })
      assert.equal(answer.statusCode, allowed ? 200 : 421)
      if (!allowed) assert.equal(answer.json().code, 'API_WRONG_HOST')
    })
  }

  it('guards every endpoint, unknown ones too', async () => {
    const { api } = createHarness()
    for (const url of [...READING, '/v1/events', '/nowhere']) {
      const answer = await get(api, url, { host: 'evil.example' })
      assert.equal(answer.statusCode, 421, url)
    }
    for (const url of MUTATING) {
      assert.equal((await post(api, url, {}, { host: 'evil.example' })).statusCode, 421, url)
    }
  })

  it('refuses requests that a browser makes for a page of another origin', async () => {
    const { api } = createHarness()
    for (const site of ['cross-site', 'same-site']) {
      const refused = await get(api, '/v1/events', { 'sec-fetch-site': site })
      assert.deepEqual([refused.statusCode, refused.json().code], [403, 'API_FORBIDDEN_ORIGIN'])
      const link = { 'sec-fetch-site': site, 'sec-fetch-mode': 'navigate' }
      assert.equal((await get(api, '/v1/mesh', link)).statusCode, 200)
    }
    for (const site of ['same-origin', 'none']) {
      assert.equal((await get(api, '/v1/mesh', { 'sec-fetch-site': site })).statusCode, 200)
    }
  })
})

describe('headers', () => {
  afterEach(closeAll)

  it('protect every answer, refusals too, and open none to other origins', async () => {
    const { api } = createHarness()
    const answers = [
      ...(await Promise.all(READING.map(url => get(api, url, { origin: 'http://a.example' })))),
      ...(await Promise.all(MUTATING.map(url => post(api, url)))),
      await get(api, '/nowhere'),
      await get(api, '/v1/nodes?limit=0'),
      await get(api, '/v1/%zz'),
      await get(api, '/v1/mesh', { host: 'evil.example' })
    ]
    for (const { headers } of answers) {
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'")
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.match(String(headers['cache-control']), /^no-(store|cache)$/)
      assert.equal(headers['access-control-allow-origin'], undefined)
    }
  })

  it('offer nothing to a preflight', async () => {
    const { api } = createHarness()
    const preflight = await api.app.inject({
      method: 'OPTIONS',
      url: '/v1/invites',
      headers: { ...LOCAL, origin: 'http://a.example', 'access-control-request-method': 'POST' }
    })
    assert.equal(preflight.statusCode, 404)
    assert.equal(preflight.headers['access-control-allow-methods'], undefined)
  })
})

describe('token', () => {
  afterEach(closeAll)

  const cases: [string, string | undefined, number][] = [
    ['the token', `Bearer ${TOKEN}`, 201],
    ['the scheme in any case', `bearer ${TOKEN}`, 201],
    ['no header', undefined, 401],
    ['an empty header', '', 401],
    ['no scheme', TOKEN, 401],
    ['another scheme', `Basic ${TOKEN}`, 401],
    ['a prefix of the token', `Bearer ${TOKEN.slice(0, -1)}`, 401],
    ['more than the token', `Bearer ${TOKEN}x`, 401],
    ['an empty token', 'Bearer ', 401]
  ]
  for (const [desc, authorization, status] of cases) {
    it(`${status === 201 ? 'accepts' : 'refuses'} ${desc}`, async () => {
      const { api } = createHarness()
      const answer = await api.app.inject({
        method: 'POST',
        url: '/v1/invites',
        headers: { ...LOCAL, ...(authorization !== undefined && { authorization }) },
        payload: {}
      })
      assert.equal(answer.statusCode, status)
      if (status === 401) assert.equal(answer.headers['www-authenticate'], 'Bearer')
    })
  }

  it('is needed by whatever changes something, and by nothing else', async () => {
    const { api } = createHarness()
    for (const url of MUTATING) {
      const answer = await post(api, url, {}, { authorization: 'Bearer wrong' })
      assert.deepEqual([answer.statusCode, answer.json().code], [401, 'API_UNAUTHORIZED'])
    }
    for (const url of READING) assert.equal((await get(api, url)).statusCode, 200, url)
  })
})

describe('rate limit', () => {
  afterEach(closeAll)

  const wrong = { authorization: 'Bearer wrong' }

  it('allows 100 changes a minute and says when to come back', async () => {
    const { api, clock } = createHarness()
    for (let call = 0; call < 100; call++) {
      assert.equal((await post(api, '/v1/invites')).statusCode, 201)
    }
    const refused = await post(api, '/v1/invites')
    assert.deepEqual([refused.statusCode, refused.json().code], [429, 'API_RATE_LIMITED'])
    assert.equal(refused.headers['retry-after'], '1')
    assert.equal((await get(api, '/v1/mesh')).statusCode, 200)
    clock.nowMs += 600
    assert.equal((await post(api, '/v1/invites')).statusCode, 201)
    assert.equal((await post(api, '/v1/invites')).statusCode, 429)
  })

  it('slows who guesses tokens without slowing who has one', async () => {
    const { api } = createHarness()
    for (let call = 0; call < 100; call++) {
      assert.equal((await post(api, '/v1/invites', {}, wrong)).statusCode, 401)
    }
    assert.equal((await post(api, '/v1/invites', {}, wrong)).statusCode, 429)
    assert.equal((await post(api, '/v1/invites')).statusCode, 201)
  })
})

describe('access log', () => {
  afterEach(closeAll)

  it('names every change at info, reads at debug, and no secret', async () => {
    const lines: string[] = []
    const log = (level: string) => (fields: object | string, message?: string) => {
      lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
    }
    const logger = {
      ...{ trace: log('trace'), debug: log('debug'), info: log('info'), warn: log('warn') },
      ...{ error: log('error'), fatal: log('fatal') },
      child: () => logger
    } as ApiInit['logger']
    const { api } = createHarness({ logger })
    await post(api, '/v1/invites')
    await get(api, '/v1/ledger/proof/2', AUTHORISED)
    await get(api, '/nowhere')
    const shown = lines.map(line => line.replace(/"tookMs":\d+/, '"tookMs":0'))
    const line = (level: string, method: string, route: string, status: number): string =>
      `${level} api access ${JSON.stringify({ method, route, status, tookMs: 0, from: '127.0.0.1' })}`
    assert.deepEqual(shown, [
      line('info', 'POST', '/v1/invites', 201),
      line('debug', 'GET', '/v1/ledger/proof/:seq', 200),
      line('debug', 'GET', 'unknown', 404)
    ])
  })
})

describe('listening', () => {
  afterEach(closeAll)

  it('refuses addresses that others could reach', async () => {
    const { api } = createHarness()
    for (const host of ['0.0.0.0', '::', '10.0.0.7', 'example.org']) {
      await assert.rejects(api.listen({ host, port: 0 }), {
        code: 'API_NOT_LOOPBACK',
        message: `the API listens on loopback only, not on ${host}; set api.host to 127.0.0.1`
      })
    }
  })
})
