import assert from 'node:assert/strict'
import { createApiClient } from '../../src/api/index.ts'
import { OperatorService } from '../../src/operator/index.ts'
import { FakeOperator } from './support/fake-operator.ts'
import { closeAll, createHarness, get, LOCAL, post, TOKEN } from './support/harness.ts'

describe('the agent over the API', () => {
  afterEach(closeAll)

  it('hands out a question with a token, and takes one answer by it', async () => {
    const operator = new FakeOperator()
    const { api } = createHarness({ operator })
    const { token } = (await post(api, '/v1/approvals/inc4f-1.2/delivery')).json()
    const guessed = await post(api, '/v1/approvals/inc4f-1.2/answer', {
      token: 'guess',
      answer: 'approve'
    })
    assert.deepEqual(guessed.json(), {
      code: 'APPROVAL_TOKEN',
      message: 'not of the last delivery',
      next: 'open it again'
    })
    assert.equal(guessed.statusCode, 409)
    const body = { token, answer: 'defer', deferMs: 60_000 }
    assert.equal((await post(api, '/v1/approvals/inc4f-1.2/answer', body)).statusCode, 200)
    assert.deepEqual(operator.told, ['defer inc4f-1.2 60000'])
  })

  it('needs the token for all that changes or delivers something', async () => {
    const operator = new FakeOperator()
    const { api } = createHarness({ operator })
    for (const url of [
      '/v1/approvals/inc4f-1.2/delivery',
      '/v1/approvals/inc4f-1.2/answer',
      '/v1/operator/control',
      '/v1/operator/grants'
    ]) {
      const answer = await api.app.inject({ method: 'POST', url, payload: {}, headers: LOCAL })
      assert.equal(answer.statusCode, 401, url)
    }
    assert.deepEqual(operator.told, [])
  })

  it('refuses bodies outside their limits', async () => {
    const { api } = createHarness()
    const bodies: [url: string, body: object][] = [
      ['/v1/operator/grants', { hours: 0 }],
      ['/v1/operator/grants', { hours: 169 }],
      ['/v1/operator/control', { by: 'peer' }],
      ['/v1/operator/control', { by: 'agent', more: 1 }],
      ['/v1/approvals/inc4f-1.2/answer', { token: 'one-use', answer: 'maybe' }],
      ['/v1/approvals/inc4f-1.2/answer', { token: 'x'.repeat(65), answer: 'deny' }],
      ['/v1/approvals/inc4f-1.2/answer', { token: 'x', answer: 'defer', deferMs: 86_400_001 }]
    ]
    for (const [url, body] of bodies) {
      const answer = await post(api, url, body)
      assert.equal(answer.statusCode, 400, JSON.stringify(body))
      assert.equal(answer.json().code, 'API_BAD_REQUEST')
    }
  })

  it('says what is not there', async () => {
    const { api } = createHarness()
    const unknown = await get(api, '/v1/incidents/inc0-9')
    assert.deepEqual([unknown.statusCode, unknown.json().code], [404, 'INCIDENT_UNKNOWN'])
    const question = await post(api, '/v1/approvals/inc0-9.1/delivery')
    assert.deepEqual([question.statusCode, question.json().code], [404, 'APPROVAL_UNKNOWN'])
  })

  it('answers where no agent runs, and says why nothing can be told it', async () => {
    const { api } = createHarness({ operator: OperatorService.off('no catalogue here') })
    assert.equal((await get(api, '/v1/operator')).json().state, 'off')
    assert.deepEqual((await get(api, '/v1/approvals')).json(), { approvals: [] })
    const refused = await post(api, '/v1/operator/control', { by: 'operator' })
    assert.equal(refused.statusCode, 409)
    assert.match(refused.json().message, /the agent doesn't run: no catalogue here/)
  })

  it('is reached by the client', async () => {
    const operator = new FakeOperator()
    const { api } = createHarness({ operator })
    const url = await api.listen({ host: '127.0.0.1', port: 0 })
    const client = createApiClient({ url, token: TOKEN })
    const [question] = await client.approvals()
    const { token } = await client.deliver(question!.id)
    await client.answer(question!.id, { token, answer: 'approve' })
    await client.control('operator')
    await client.grant(8)
    assert.deepEqual(operator.told, ['approve inc4f-1.2 undefined', 'control operator', 'grant 8'])
    const [incident] = await client.incidents()
    assert.match((await client.incident(incident!.id)).explanation, /cause node/)
    assert.equal((await client.rules())[0]?.id, 'name-lost')
    assert.equal((await client.operator()).autonomy, 'self-heal')
  })
})
