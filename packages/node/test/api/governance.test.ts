import assert from 'node:assert/strict'
import { Value } from 'typebox/value'
import { NAMED_SCHEMAS } from '../../src/api/schemas/index.ts'
import { proposalId, proposalView } from './support/fake-council.ts'
import { memberId } from './support/fake-node.ts'
import { closeAll, createHarness, get, post } from './support/harness.ts'

const id = proposalId(3)
const counted = proposalId(1)

const READING: readonly [string, string][] = [
  ['/v1/council', 'Council'],
  ['/v1/proposals', 'ProposalPage'],
  [`/v1/proposals/${id}`, 'Proposal'],
  [`/v1/proposals/${counted}/result`, 'ResultFile'],
  [`/v1/proposals/${counted}/receipt`, 'Receipt'],
  [`/v1/proposals/${counted}/revisit?policy=1`, 'Revisited'],
  ['/v1/decisions', 'DecisionPage'],
  [`/v1/decisions/${counted}`, 'DecisionFile'],
  ['/v1/weights', 'WeightPage'],
  ['/v1/weights/self', 'WeightExplanation'],
  [`/v1/weights/${memberId(0)}`, 'WeightExplanation'],
  ['/v1/policies', 'PolicyList'],
  ['/v1/policies/1', 'Policy'],
  ['/v1/appeals', 'AppealList'],
  ['/v1/notices', 'NoticeList'],
  ['/v1/notices?stream=governance', 'NoticeList']
]

const proposal = {
  title: 'Gossip to eight peers',
  action: { kind: 'set-parameter', parameter: 'gossip.fanout', to: 8 },
  summary: 'A third more traffic.',
  rollback: 'Set it back to 6.'
}

const WRITING: readonly [string, object, number, string][] = [
  [
    '/v1/proposals',
    proposal,
    201,
    'propose Gossip to eight peers {"from":6,"parameter":"gossip.fanout","to":8,"kind":"set-parameter"}'
  ],
  [`/v1/proposals/${id}/votes`, { choice: 'deny' }, 202, `vote ${id} deny`],
  [`/v1/proposals/${id}/approvals`, {}, 202, `approve ${id} true`],
  [`/v1/proposals/${id}/approvals`, { approves: false }, 202, `approve ${id} false`],
  [`/v1/proposals/${id}/objections`, {}, 202, `object ${id}`],
  [`/v1/proposals/${id}/cancellation`, {}, 202, `cancel ${id}`],
  [
    `/v1/appeals`,
    { decision: id, decider: 'agent', atMs: 7, grounds: 'It was moved.' },
    202,
    `appeal {"kind":"submit","decision":{"decision":"${id}","decider":"agent","atMs":7,"affected":"${memberId(0)}"},"grounds":"It was moved."}`
  ],
  [
    `/v1/appeals/${id}/review`,
    { text: 'So it was.' },
    202,
    `appeal {"kind":"review","id":"${id}","reviewer":"${memberId(0)}","text":"So it was."}`
  ],
  [
    `/v1/appeals/${id}/resolution`,
    { outcome: 'reversed', reason: 'See the log.' },
    202,
    `appeal {"kind":"resolve","id":"${id}","resolver":"${memberId(0)}","outcome":"reversed","reason":"See the log."}`
  ]
]

describe('governance', () => {
  afterEach(closeAll)

  for (const [url, schema] of READING) {
    it(`answers GET ${url.replaceAll(/[0-9a-f]{64}/g, 'ID')} as the document says`, async () => {
      const answer = await get(createHarness().api, url)
      assert.equal(answer.statusCode, 200, answer.body)
      assert.deepEqual([...Value.Errors(NAMED_SCHEMAS[schema]!, answer.json())], [])
    })
  }

  for (const [url, body, status, said] of WRITING) {
    it(`takes POST ${url.replaceAll(/[0-9a-f]{64}/g, 'ID')} ${Object.keys(body)}`, async () => {
      const { api, council } = createHarness()
      const answer = await post(api, url, body)
      assert.equal(answer.statusCode, status, answer.body)
      assert.deepEqual([...Value.Errors(NAMED_SCHEMAS['Said']!, answer.json())], [])
      assert.deepEqual(council.said, [said])
    })

    it(`refuses POST ${url.replaceAll(/[0-9a-f]{64}/g, 'ID')} without the token`, async () => {
      const { api, council } = createHarness()
      const answer = await post(api, url, body, { authorization: 'Bearer wrong' })
      assert.deepEqual([answer.statusCode, answer.json().code], [401, 'API_UNAUTHORIZED'])
      assert.deepEqual(council.said, [])
    })
  }

  it('says what is missing with null, and leaves nothing out', async () => {
    const { api } = createHarness()
    const answer = (await get(api, `/v1/proposals/${counted}`)).json()
    assert.deepEqual([answer.effectUntilMs, answer.approval.own], [null, null])
    assert.equal(answer.does, 'gossip.fanout from 6 to 8')
    assert.equal(answer.next, 'nothing: it is done')
    assert.deepEqual(answer.ownBallot, { choice: 'approve', revision: 1 })
  })

  it('gives the council’s refusal with its code and the next step', async () => {
    const { api, council } = createHarness()
    council.refusal = { ok: false, code: 'not-open', nextStep: 'vote while the proposal is open' }
    const refused = await post(api, `/v1/proposals/${id}/votes`, { choice: 'deny' })
    assert.equal(refused.statusCode, 409)
    assert.deepEqual(refused.json(), {
      code: 'not-open',
      message: 'the council refuses: not open',
      next: 'vote while the proposal is open'
    })
    council.refusal = { ok: false, code: 'unknown-proposal', nextStep: 'look the id up' }
    const unknown = await post(api, `/v1/proposals/${id}/objections`)
    assert.equal(unknown.statusCode, 404)
  })

  const bad: readonly [string, object | string, string][] = [
    ['a choice there is not', { choice: 'maybe' }, 'votes'],
    ['no choice', {}, 'votes'],
    ['a field too many', { choice: 'deny', weight: 550 }, 'votes'],
    ['no JSON', '{', 'votes'],
    ['an approval that is neither', { approves: 'perhaps' }, 'approvals']
  ]
  for (const [desc, body, what] of bad) {
    it(`refuses ${desc}, and does nothing`, async () => {
      const { api, council } = createHarness()
      const answer = await post(api, `/v1/proposals/${id}/${what}`, body)
      assert.deepEqual([answer.statusCode, answer.json().code], [400, 'API_BAD_REQUEST'])
      assert.deepEqual(council.said, [])
    })
  }

  const actions: readonly [string, object, string][] = [
    ['of no kind', { parameter: 'x', to: 1 }, 'body action'],
    ['of an unknown kind', { kind: 'explode' }, 'body action.kind'],
    ['that lacks a field', { kind: 'pause', service: 'join' }, 'lacks lastsMs'],
    [
      'with another kind’s field',
      { kind: 'pause', service: 'join', lastsMs: 1, to: 3 },
      'takes no to'
    ],
    ['with a field of no kind', { kind: 'pause', evil: 1 }, 'evil'],
    ['with a negative amount', { kind: 'spend', account: 'a', amount: -1 }, 'amount']
  ]
  for (const [desc, action, message] of actions) {
    it(`refuses an action ${desc}: ${message}`, async () => {
      const { api, council } = createHarness()
      const answer = await post(api, '/v1/proposals', { ...proposal, action })
      assert.equal(answer.statusCode, 400)
      assert.ok(answer.json().message.includes(message), answer.body)
      assert.deepEqual(council.said, [])
    })
  }

  const missing: readonly [string, number, string][] = [
    [`/v1/proposals/${proposalId(9)}`, 404, 'PROPOSAL_UNKNOWN'],
    ['/v1/proposals/nine', 400, 'API_BAD_REQUEST'],
    ['/v1/proposals?cursor=somewhere', 400, 'API_BAD_REQUEST'],
    ['/v1/proposals?limit=0', 400, 'API_BAD_REQUEST'],
    [`/v1/proposals/${id}/result`, 409, 'API_CONFLICT'],
    [`/v1/proposals/${id}/receipt`, 409, 'API_CONFLICT'],
    [`/v1/proposals/${counted}/receipt?member=${memberId(5)}`, 404, 'API_NOT_FOUND'],
    [`/v1/proposals/${id}/revisit?policy=1`, 409, 'API_CONFLICT'],
    [`/v1/proposals/${counted}/revisit?policy=9`, 404, 'API_NOT_FOUND'],
    [`/v1/decisions/${id}`, 404, 'API_NOT_FOUND'],
    [`/v1/weights/${memberId(5)}`, 404, 'API_NOT_FOUND'],
    ['/v1/policies/9', 404, 'API_NOT_FOUND'],
    ['/v1/notices?stream=weather', 400, 'API_BAD_REQUEST']
  ]
  for (const [url, status, code] of missing) {
    it(`answers ${url.replaceAll(/[0-9a-f]{64}/g, 'ID')} with ${status} ${code} and what to do`, async () => {
      const answer = await get(createHarness().api, url)
      assert.deepEqual([answer.statusCode, answer.json().code], [status, code])
      assert.ok(answer.json().next.length > 0)
    })
  }
})

describe('pages of proposals', () => {
  afterEach(closeAll)

  it('together hold each matching proposal once, newest first, also when some come and go', async () => {
    const { api, council } = createHarness()
    council.shown = Array.from({ length: 25 }, (_, n) =>
      proposalView((n * 7) % 25, { phase: n % 3 === 0 ? 'executed' : 'open' })
    )
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const cursor: string = next === '' ? '' : `&cursor=${next}`
      const page = (await get(api, `/v1/proposals?live=true&limit=4${cursor}`)).json()
      seen.push(...page.proposals.map((each: { id: string }) => each.id))
      next = page.next
      council.shown.reverse()
      if (seen.length === 4) council.shown = council.shown.filter(each => each.id !== seen[3])
    }
    const all = Array.from({ length: 25 }, (_, n) => (n * 7) % 25).filter((_, n) => n % 3 !== 0)
    assert.deepEqual(seen, all.sort((a, b) => b - a).map(proposalId))
  })

  it('are filtered by type and phase', async () => {
    const { api } = createHarness()
    const ids = async (query: string): Promise<string[]> =>
      (await get(api, `/v1/proposals?${query}`)).json().proposals.map((p: { id: string }) => p.id)
    assert.deepEqual(await ids('type=emergency'), [proposalId(2)])
    assert.deepEqual(await ids('phase=executed'), [proposalId(2), counted])
    // What an emergency did is still in effect.
    assert.deepEqual(await ids('live=false'), [counted])
  })
})
