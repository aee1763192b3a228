import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { NAMED_SCHEMAS } from '../../src/api/schemas/index.ts'
import type { Standing } from '../../src/view.ts'
import { memberView } from './support/fake-node.ts'
import { closeAll, createHarness, get, post } from './support/harness.ts'

function assertFits(schema: TSchema, value: unknown): void {
  assert.deepEqual([...Value.Errors(schema, value)], [])
}

describe('answers', () => {
  afterEach(closeAll)

  it('show the mesh with links by cell and member', async () => {
    const { api, view } = createHarness()
    const answer = await get(api, '/v1/mesh')
    assertFits(NAMED_SCHEMAS['Mesh']!, answer.json())
    const links = [1, 0, 2].map(index => view.shownMesh.links[index])
    assert.deepEqual(answer.json(), { ...view.shownMesh, links })
  })

  it('show health with the newest and the troubled first', async () => {
    const { api, view } = createHarness()
    const answer = await get(api, '/v1/health')
    assertFits(NAMED_SCHEMAS['Health']!, answer.json())
    const { reports, digests, uptime, rejected } = view.shownHealth
    assert.deepEqual(answer.json(), {
      ...view.shownHealth,
      reports: reports.toReversed(),
      digests: digests.toReversed(),
      uptime: uptime.toReversed(),
      rejected
    })
    assert.ok(answer.body.includes('"rejected":{"expired":1,"replayed":3}'))
  })

  it('show the ledger', async () => {
    const { api, view } = createHarness()
    view.shownLedger.faults.push({ fault: 'leaf-hash', seq: 2, detail: 'differs from the tile' })
    const answer = await get(api, '/v1/ledger')
    assertFits(NAMED_SCHEMAS['Ledger']!, answer.json())
    assert.deepEqual(answer.json(), view.shownLedger)
  })

  it('page through ledger events', async () => {
    const { api, ledger } = createHarness()
    const first = await get(api, '/v1/ledger/events?limit=2')
    assertFits(NAMED_SCHEMAS['LedgerPage']!, first.json())
    assert.deepEqual(first.json(), { size: 3, events: ledger.kept.slice(0, 2), next: 2 })
    const last = await get(api, '/v1/ledger/events?from=2&limit=2')
    assert.deepEqual(last.json(), { size: 3, events: ledger.kept.slice(2), next: null })
    const beyond = await get(api, '/v1/ledger/events?from=9007199254740991')
    assert.deepEqual(beyond.json(), { size: 3, events: [], next: null })
  })

  it('prove that an event is in the log', async () => {
    const { api, ledger } = createHarness()
    const answer = await get(api, '/v1/ledger/proof/1')
    assertFits(NAMED_SCHEMAS['Proof']!, answer.json())
    assert.deepEqual(answer.json(), await ledger.proof(1))
  })

  it('verify the ledger, once at a time', async () => {
    const { api, ledger } = createHarness()
    const result = Promise.withResolvers<Awaited<ReturnType<typeof ledger.verify>>>()
    const started = Promise.withResolvers<void>()
    ledger.verifying = () => {
      started.resolve()
      return result.promise
    }
    const running = post(api, '/v1/ledger/verify').then(answer => answer)
    await started.promise
    const second = await post(api, '/v1/ledger/verify')
    assert.equal(second.statusCode, 409)
    assert.equal(second.json().code, 'LEDGER_VERIFY_RUNNING')
    const faults = [{ fault: 'root', seq: 2, detail: 'differs' }]
    result.resolve({ ok: false, verified: 3, checkpoints: 1, root: 'aa', faults })
    const answer = await running
    assertFits(NAMED_SCHEMAS['VerifyResult']!, answer.json())
    assert.deepEqual(answer.json(), { ok: false, verified: 3, checkpoints: 1, root: 'aa', faults })
    ledger.verifying = async () => ({
      ok: true,
      verified: 3,
      checkpoints: 1,
      root: 'aa',
      faults: []
    })
    assert.equal((await post(api, '/v1/ledger/verify')).statusCode, 200)
  })

  it('show the progress of a verification to who accepts a stream', async () => {
    const { api } = createHarness()
    const stream = { accept: 'text/event-stream' }
    const { body, headers } = await post(api, '/v1/ledger/verify', {}, stream)
    assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8')
    const [progress, result] = body.split('\n\n')
    assert.equal(progress, 'event: progress\ndata: {"verified":1,"total":3}')
    assert.match(result!, /^event: result\ndata: \{"ok":true,"verified":3,/)
    assertFits(NAMED_SCHEMAS['VerifyProgress']!, JSON.parse(progress!.split('data: ')[1]!))
  })

  it('say that a verification failed, not why, and allow the next', async () => {
    const { api, ledger } = createHarness()
    ledger.verifying = () => Promise.reject(new Error('EIO at /home/ann/ledger'))
    const { body } = await post(api, '/v1/ledger/verify', {}, { accept: 'text/event-stream' })
    assert.match(body, /^event: error\ndata: \{"code":"API_INTERNAL",/)
    assert.doesNotMatch(body, /EIO|ann/)
    const plain = await post(api, '/v1/ledger/verify')
    assert.equal(plain.json().code, 'API_INTERNAL')
    assert.doesNotMatch(plain.body, /EIO|ann/)
  })

  it('invite for a day unless told otherwise', async () => {
    const { api } = createHarness()
    const answer = await post(api, '/v1/invites')
    assert.equal(answer.statusCode, 201)
    assertFits(NAMED_SCHEMAS['Invite']!, answer.json())
    assert.equal(answer.json().expiresMs, 1_800_000_000_000 + 86_400_000)
    const short = await post(api, '/v1/invites', { validForMs: 60_000 })
    assert.equal(short.json().expiresMs, 1_800_000_000_000 + 60_000)
    for (const validForMs of [0, 59_999, 604_800_001, 1e308, 'long', null]) {
      const refused = await post(api, '/v1/invites', { validForMs })
      assert.equal(refused.statusCode, 400, String(validForMs))
    }
  })

  it('live while not ready, and say what is waited for', async () => {
    const { api, view } = createHarness()
    assert.deepEqual((await get(api, '/readyz')).json(), { ready: true, waitingFor: [] })
    view.waitingFor = ['two links', 'the first digest']
    const answer = await get(api, '/readyz')
    assert.equal(answer.statusCode, 503)
    assertFits(NAMED_SCHEMAS['Readiness']!, answer.json())
    assert.deepEqual(answer.json(), { ready: false, waitingFor: ['two links', 'the first digest'] })
    const live = await get(api, '/livez')
    assert.deepEqual([live.statusCode, live.json()], [200, { live: true }])
  })

  it('give Prometheus its text format', async () => {
    const { api } = createHarness()
    const answer = await get(api, '/metrics')
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    assert.match(answer.body, /^torusmesh_members\{standing="alive"\} 6$/m)
  })

  it('are the same bytes for the same state, however the node orders it', async () => {
    const { api, view } = createHarness()
    const urls = ['/v1/mesh', '/v1/nodes', '/v1/health']
    const bodies = async (): Promise<string[]> =>
      await Promise.all(urls.map(async url => (await get(api, url)).body))
    const before = await bodies()
    view.members.reverse()
    view.shownMesh.links.reverse()
    const { reports, digests, uptime, rejected } = view.shownHealth
    for (const list of [reports, digests, uptime]) list.reverse()
    view.shownHealth.rejected = Object.fromEntries(Object.entries(rejected).reverse())
    assert.deepEqual(await bodies(), before)
  })
})

describe('pages of nodes', () => {
  afterEach(closeAll)

  it('together hold each matching member once, by id', async () => {
    const { api, view } = createHarness()
    const standings: Standing[] = ['alive', 'suspect', 'down', 'left', 'unknown']
    const member = fc.record({
      number: fc.nat(999),
      cell: fc.nat(2),
      standing: fc.constantFrom(...standings)
    })
    const filter = fc.record(
      {
        standing: fc.constantFrom(...standings),
        cell: fc.nat(2),
        limit: fc.integer({ min: 1, max: 9 })
      },
      { requiredKeys: ['limit'] }
    )
    const members = fc.uniqueArray(member, { selector: ({ number }) => number, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(members, filter, async (wanted, { limit, ...match }) => {
        view.members = wanted.map(({ number, ...changes }) => memberView(number, changes))
        const seen: string[] = []
        let cursor: string | null = ''
        for (let pages = 0; cursor !== null; pages++) {
          assert.ok(pages <= view.members.length, 'the pages have no end')
          const query = new URLSearchParams({ limit: String(limit) })
          for (const [name, value] of Object.entries(match)) query.set(name, String(value))
          if (cursor !== '') query.set('cursor', cursor)
          const page = (await get(api, `/v1/nodes?${query}`)).json()
          assertFits(NAMED_SCHEMAS['MemberPage']!, page)
          assert.ok(page.nodes.length === limit || page.next === null)
          seen.push(...page.nodes.map((node: { member: string }) => node.member))
          cursor = page.next
        }
        const matching = view.members.filter(
          node =>
            (match.standing === undefined || node.standing === match.standing) &&
            (match.cell === undefined || node.cell === match.cell)
        )
        assert.deepEqual(seen, matching.map(node => node.member).sort())
      }),
      { seed: 3, numRuns: 60 }
    )
  })

  it('count all that match', async () => {
    const { api } = createHarness()
    const page = (await get(api, '/v1/nodes?limit=3&standing=alive')).json()
    assert.equal(page.total, 8)
    assert.equal(page.nodes.length, 3)
    assert.equal(page.next, page.nodes[2].member)
  })
})
