import assert from 'node:assert/strict'
import { closeAll, createHarness, get } from './support/harness.ts'

const ENDPOINTS = [
  'get /livez',
  'get /metrics',
  'get /readyz',
  'get /v1/appeals',
  'get /v1/approvals',
  'get /v1/council',
  'get /v1/decisions',
  'get /v1/decisions/{id}',
  'get /v1/events',
  'get /v1/health',
  'get /v1/incidents',
  'get /v1/incidents/{id}',
  'get /v1/ledger',
  'get /v1/ledger/events',
  'get /v1/ledger/proof/{seq}',
  'get /v1/mesh',
  'get /v1/nodes',
  'get /v1/notices',
  'get /v1/operator',
  'get /v1/operator/rules',
  'get /v1/policies',
  'get /v1/policies/{version}',
  'get /v1/proposals',
  'get /v1/proposals/{id}',
  'get /v1/proposals/{id}/receipt',
  'get /v1/proposals/{id}/result',
  'get /v1/proposals/{id}/revisit',
  'get /v1/weights',
  'get /v1/weights/{member}',
  'post /v1/appeals',
  'post /v1/appeals/{id}/resolution',
  'post /v1/appeals/{id}/review',
  'post /v1/approvals/{id}/answer',
  'post /v1/approvals/{id}/delivery',
  'post /v1/invites',
  'post /v1/ledger/verify',
  'post /v1/operator/control',
  'post /v1/operator/grants',
  'post /v1/proposals',
  'post /v1/proposals/{id}/approvals',
  'post /v1/proposals/{id}/cancellation',
  'post /v1/proposals/{id}/objections',
  'post /v1/proposals/{id}/votes'
]

type Json = { [key: string]: Json }

function* valuesOf(key: string, json: unknown): Generator<string> {
  if (typeof json !== 'object' || json === null) return
  for (const [name, value] of Object.entries(json)) {
    if (name === key && typeof value === 'string') yield value
    else yield* valuesOf(key, value)
  }
}

describe('OpenAPI document', () => {
  afterEach(closeAll)

  const fetched = async (): Promise<Json> =>
    (await get(createHarness().api, '/openapi.json')).json()

  it('lists every endpoint', async () => {
    const { paths } = await fetched()
    const listed = Object.entries(paths!).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${path}`)
    )
    assert.deepEqual(listed.sort(), ENDPOINTS)
  })

  it('refers only to schemas it holds, and to each of them', async () => {
    const document = await fetched()
    const prefix = '#/components/schemas/'
    const named = new Set(Object.keys(document['components']!['schemas']!))
    const referred = new Set(valuesOf('$ref', document))
    for (const reference of referred)
      assert.ok(named.has(reference.slice(prefix.length)), reference)
    const streamed = ['Event', 'VerifyProgress']
    for (const name of named)
      assert.ok(streamed.includes(name) || referred.has(prefix + name), name)
  })

  it('gives every operation a sentence, a success and the form of refusals', async () => {
    const { openapi, paths } = await fetched()
    assert.equal(openapi as unknown, '3.1.0')
    for (const [path, methods] of Object.entries(paths!)) {
      for (const operation of Object.values(methods)) {
        assert.match(String(operation['summary']), /^\S.+\.$/)
        const { default: refused, ...successes } = operation['responses']!
        assert.ok(
          ['200', '201', '202'].some(status => status in successes),
          path
        )
        assert.deepEqual([...valuesOf('$ref', refused)], ['#/components/schemas/Error'])
      }
    }
  })

  it('tells parameters with their limits, and what needs the token', async () => {
    const { paths } = await fetched()
    const { parameters } = paths!['/v1/nodes']!['get'] as unknown as { parameters: Json[] }
    assert.deepEqual(
      parameters.map(({ name }) => name),
      ['standing', 'cell', 'cursor', 'limit'] as unknown[]
    )
    assert.deepEqual(parameters[3], {
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 500, default: 100 }
    } as unknown)
    const secured = Object.entries(paths!).filter(
      ([, { post }]) => post?.['security'] !== undefined
    )
    assert.deepEqual(secured.map(([path]) => path).sort(), [
      '/v1/appeals',
      '/v1/appeals/{id}/resolution',
      '/v1/appeals/{id}/review',
      '/v1/approvals/{id}/answer',
      '/v1/approvals/{id}/delivery',
      '/v1/invites',
      '/v1/ledger/verify',
      '/v1/operator/control',
      '/v1/operator/grants',
      '/v1/proposals',
      '/v1/proposals/{id}/approvals',
      '/v1/proposals/{id}/cancellation',
      '/v1/proposals/{id}/objections',
      '/v1/proposals/{id}/votes'
    ])
  })

  it('is sent once to who keeps it', async () => {
    const { api } = createHarness()
    const { headers } = await get(api, '/openapi.json')
    const again = await get(api, '/openapi.json', { 'if-none-match': String(headers['etag']) })
    assert.deepEqual([again.statusCode, again.body], [304, ''])
  })
})
