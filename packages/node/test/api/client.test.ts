import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type ApiClient, type ApiClientInit, createApiClient } from '../../src/api/index.ts'
import type { NodeEvent } from '../../src/view.ts'
import { memberView, nodeEvent } from './support/fake-node.ts'
import { closeAll, createHarness, type Harness, TOKEN } from './support/harness.ts'

const noWait = async (): Promise<void> => {}

async function connected(
  init: Partial<ApiClientInit> = {}
): Promise<Harness & { client: ApiClient }> {
  const harness = createHarness()
  const url = await harness.api.listen({ host: '127.0.0.1', port: 0 })
  return { ...harness, client: createApiClient({ url, token: TOKEN, wait: noWait, ...init }) }
}

/** A URL where nothing listens any more. */
async function deserted(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}

describe('API client', () => {
  const servers = new Set<Server>()
  afterEach(async () => {
    await closeAll()
    for (const server of servers) server.close().closeAllConnections()
    servers.clear()
  })

  async function impostor(answer: RequestListener): Promise<string> {
    const server = createServer(answer).listen(0, '127.0.0.1')
    servers.add(server)
    await once(server, 'listening')
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  it('gives what the node shows', async () => {
    const { client, view, ledger } = await connected()
    assert.equal((await client.mesh()).network, 'demo')
    assert.equal((await client.health()).reports.length, 2)
    assert.deepEqual(await client.ledger(), view.shownLedger)
    assert.deepEqual(await client.events({ from: 1, limit: 1 }), {
      size: 3,
      events: [ledger.kept[1]],
      next: 2
    })
    assert.deepEqual(await client.proof(2), await ledger.proof(2))
    assert.deepEqual(await client.readiness(), { ready: true, waitingFor: [] })
  })

  it('follows the pages of nodes to the end', async () => {
    const { client, view } = await connected()
    view.members = Array.from({ length: 1_203 }, (_, number) =>
      memberView(number, { standing: number % 2 === 0 ? 'alive' : 'down' })
    )
    assert.deepEqual(await client.nodes(), view.members)
    const down = await client.nodes({ standing: 'down', cell: 1 })
    assert.deepEqual(
      down,
      view.members.filter(node => node.standing === 'down' && node.cell === 1)
    )
  })

  it('verifies the ledger and shows the progress', async () => {
    const { client, ledger } = await connected()
    const result = { ok: true, verified: 3, checkpoints: 1, root: 'aa', faults: [] }
    ledger.verifying = async onProgress => {
      onProgress({ verified: 2, total: 3 })
      return result
    }
    const progress: unknown[] = []
    assert.deepEqual(await client.verify(step => progress.push(step)), result)
    assert.deepEqual(progress, [{ verified: 2, total: 3 }])
    ledger.verifying = () => Promise.reject(new Error('EIO'))
    await assert.rejects(client.verify(), {
      code: 'API_INTERNAL',
      message: /; see the node's log$/
    })
  })

  it('says when the node stops in the middle of a verification', async () => {
    const { client, api, ledger } = await connected()
    const started = Promise.withResolvers<void>()
    const never = new Promise<never>(() => {})
    ledger.verifying = onProgress => {
      onProgress({ verified: 0, total: 3 })
      return never
    }
    const verifying = client.verify(() => started.resolve())
    await started.promise
    await Promise.all([
      api.close(),
      assert.rejects(verifying, { code: 'NODE_SILENT', message: /^the node stopped before/ })
    ])
  })

  it('creates invites', async () => {
    const { client } = await connected()
    const { code, expiresMs } = await client.invite({ validForMs: 60_000 })
    assert.deepEqual([code, expiresMs], ['tm1-example-invite', 1_800_000_060_000])
  })

  const failures: { desc: string; call: () => Promise<unknown>; code: string; message: RegExp }[] =
    [
      {
        desc: 'no node answers',
        call: async () => await createApiClient({ url: await deserted() }).mesh(),
        code: 'NODE_NOT_RUNNING',
        message: /^no node answers at http:\/\/127\.0\.0\.1:\d+; start one with `torusmesh up`$/
      },
      {
        desc: 'the token is wrong',
        call: async () => await (await connected({ token: 'wrong' })).client.invite(),
        code: 'API_UNAUTHORIZED',
        message: /^this needs the token of the node; send it as Authorization/
      },
      {
        desc: 'an argument is wrong',
        call: async () => await (await connected()).client.events({ limit: 501 }),
        code: 'API_BAD_REQUEST',
        message: /^querystring limit must be <= 500; see GET/
      },
      {
        desc: 'another program answers',
        call: async () => {
          const url = await impostor((_request, response) => response.end('<h1>hello</h1>'))
          return await createApiClient({ url }).mesh()
        },
        code: 'NODE_UNKNOWN_ANSWER',
        message: /^what answers at .* is not a torusmesh node \(HTTP 200\); check the address/
      },
      {
        desc: 'another program answers in JSON',
        call: async () => {
          const url = await impostor((_request, response) => response.writeHead(500).end('null'))
          return await createApiClient({ url }).mesh()
        },
        code: 'NODE_UNKNOWN_ANSWER',
        message: /^the node answered HTTP 500; /
      },
      {
        desc: 'it is sent elsewhere',
        call: async () => {
          const away = { location: 'http://127.0.0.1:1/' }
          const url = await impostor((_request, response) => response.writeHead(302, away).end())
          return await createApiClient({ url }).mesh()
        },
        code: 'NODE_NOT_RUNNING',
        message: /^no node answers/
      },
      {
        desc: 'the node does not answer in time',
        call: async () => {
          const url = await impostor(() => {})
          return await createApiClient({ url, timeoutMs: 1 }).mesh()
        },
        code: 'NODE_SILENT',
        message: /^the node at .* did not answer within 1 ms; try again/
      },
      {
        desc: 'pages have no end',
        call: async () => {
          const page = JSON.stringify({ total: 1, nodes: [], next: '0' })
          const answer = async (): Promise<Response> => new Response(page)
          return await createApiClient({ url: 'http://127.0.0.1', fetch: answer }).nodes()
        },
        code: 'NODE_UNKNOWN_ANSWER',
        message: /^the pages have no end; /
      }
    ]
  for (const { desc, call, code, message } of failures) {
    it(`says in one line that ${desc}`, () =>
      assert.rejects(call(), (error: Error & { code: string }) => {
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /\n/)
        return true
      }))
  }

  it('waits until the node is ready', async () => {
    const { view, client } = await connected({
      wait: async () => {
        view.waitingFor.pop()
      }
    })
    view.waitingFor = ['two links', 'the ledger']
    await client.waitReady({ timeoutMs: 10_000 })
    assert.deepEqual(view.waitingFor, [])
  })

  it('says what a node that does not get ready waits for', async () => {
    const { view, client } = await connected()
    view.waitingFor = ['two links', 'the ledger']
    await assert.rejects(client.waitReady({ timeoutMs: 1_000 }), {
      code: 'NODE_NOT_READY',
      message: /^the node is not ready after 1000 ms: it waits for two links, the ledger; /
    })
    const none = createApiClient({ url: await deserted(), wait: noWait })
    await assert.rejects(none.waitReady({ timeoutMs: 1_000 }), { code: 'NODE_NOT_RUNNING' })
  })
})

describe('API client stream', () => {
  afterEach(closeAll)

  it('gives events from where it is asked to, and ends when told', async () => {
    const { client, events } = await connected()
    for (const seq of [0, 1, 2]) events.publish(nodeEvent(seq))
    const stop = new AbortController()
    const seen: NodeEvent[] = []
    for await (const event of client.stream({ after: 0, signal: stop.signal })) {
      seen.push(event)
      if (event.seq === 2) events.publish(nodeEvent(3))
      if (event.seq === 3) stop.abort()
    }
    assert.deepEqual(
      seen,
      [1, 2, 3].map(seq => nodeEvent(seq))
    )
  })

  it('misses nothing while the node restarts, even before the first event', async () => {
    const first = createHarness()
    const second = createHarness()
    for (const { events } of [first, second]) events.publish(nodeEvent(4))
    const url = await first.api.listen({ host: '127.0.0.1', port: 0 })
    const connections = Promise.withResolvers<void>()
    const client = createApiClient({
      url,
      fetch: async (...request) => {
        const response = await fetch(...request)
        connections.resolve()
        return response
      },
      wait: async () => {
        second.events.publish(nodeEvent(5))
        second.events.publish(nodeEvent(6))
        await second.api.listen({ host: '127.0.0.1', port: Number(new URL(url).port) })
      }
    })
    const stream = client.stream()
    const next = stream.next()
    await connections.promise
    await first.api.close()
    assert.equal((await next).value.seq, 5)
    assert.equal((await stream.next()).value.seq, 6)
    await stream.return(undefined)
  })

  it('gives up on a node that stays away, and at once on one that never was', async () => {
    const { api, client, events } = await connected()
    const waits: number[] = []
    const patient = createApiClient({
      url: client.url,
      wait: async waitMs => {
        waits.push(waitMs)
      }
    })
    const stream = patient.stream({ after: -1 })
    events.publish(nodeEvent(0))
    assert.equal((await stream.next()).value.seq, 0)
    await api.close()
    await assert.rejects(stream.next(), { code: 'NODE_NOT_RUNNING' })
    assert.equal(waits.length, 10)
    assert.deepEqual(waits.slice(0, 7), [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
    await assert.rejects(client.stream().next(), { code: 'NODE_NOT_RUNNING' })
  })

  it('passes on that it is refused', async () => {
    const { client } = await connected()
    await assert.rejects(client.stream({ after: 1.5 }).next(), { code: 'API_BAD_REQUEST' })
  })
})
