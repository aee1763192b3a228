import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { nodeEvent } from './support/fake-node.ts'
import { closeAll, createHarness } from './support/harness.ts'

const LOOPBACK = { host: '127.0.0.1', port: 0 }

/** A raw connection that sent `request` and collects what comes back. */
async function send(url: string, request: string): Promise<{ socket: Socket; text: () => string }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  let text = ''
  socket.setEncoding('latin1').on('data', chunk => {
    text += chunk
  })
  socket.write(request)
  return { socket, text: () => text }
}

async function answerTo(url: string, request: string): Promise<string> {
  const { socket, text } = await send(url, request)
  await once(socket, 'end')
  return text()
}

/** Text of a stream until it matches. */
async function readUntil(body: ReadableStream<Uint8Array>, pattern: RegExp): Promise<string> {
  let text = ''
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString()
    if (pattern.test(text)) return text
  }
  return text
}

describe('API on a socket', () => {
  afterEach(closeAll)

  it('tells its address', async () => {
    const { api } = createHarness()
    const url = await api.listen(LOOPBACK)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
    assert.deepEqual(await (await fetch(`${url}/livez`)).json(), { live: true })
  })

  it('listens on IPv6 loopback and localhost too', async () => {
    for (const host of ['::1', 'localhost']) {
      const { api } = createHarness()
      const url = await api.listen({ host, port: 0 })
      assert.equal((await fetch(`${url}/livez`)).status, 200)
    }
  })

  it('says in one line that its port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as { port: number }
    const { api } = createHarness()
    await assert.rejects(api.listen({ host: '127.0.0.1', port }), {
      code: 'API_PORT_TAKEN',
      message: `port ${port} of 127.0.0.1 is taken, maybe by another node; set api.port to another or to 0`
    })
    squatter.close()
  })

  it('refuses requests that name no host', async () => {
    const { api } = createHarness()
    const url = await api.listen(LOOPBACK)
    assert.match(
      await answerTo(url, 'GET /v1/mesh HTTP/1.0\r\n\r\n'),
      /^HTTP\/1.1 421 .*"API_WRONG_HOST"/s
    )
    assert.match(
      await answerTo(url, 'GET /v1/mesh HTTP/1.1\r\nConnection: close\r\n\r\n'),
      /^HTTP\/1.1 400 /
    )
  })

  it('hangs up on what is not HTTP and on endless headers', async () => {
    const { api } = createHarness()
    const url = await api.listen(LOOPBACK)
    assert.match(
      await answerTo(url, '\u0016\u0003\u0001\r\n\r\n'),
      /^HTTP\/1.1 400 Bad Request\r\n/
    )
    const endless = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`
    assert.match(await answerTo(url, endless), /^HTTP\/1.1 431 Request Header Fields Too Large\r\n/)
  })

  it('gives a client 10 s to send a request, and no more than 512 connections', async () => {
    const { api } = createHarness()
    await api.listen(LOOPBACK)
    const { requestTimeout, headersTimeout, maxConnections } = api.app.server
    assert.deepEqual([requestTimeout, headersTimeout, maxConnections], [10_000, 10_000, 512])
  })

  it('streams what happens', async () => {
    const { api, events } = createHarness()
    const url = await api.listen(LOOPBACK)
    const { body, headers } = await fetch(`${url}/v1/events`)
    assert.equal(headers.get('content-type'), 'text/event-stream; charset=utf-8')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    for (const seq of [0, 1, 2]) events.publish(nodeEvent(seq))
    assert.deepEqual((await readUntil(body!, /id: 2\n.*\n\n$/s)).split('\n\n').slice(1, -1), [
      `id: 0\ndata: ${JSON.stringify(nodeEvent(0))}`,
      `id: 1\ndata: ${JSON.stringify(nodeEvent(1))}`,
      `id: 2\ndata: ${JSON.stringify(nodeEvent(2))}`
    ])
  })

  it('resumes after Last-Event-ID, which outranks the query', async () => {
    const { api, events } = createHarness()
    const url = await api.listen(LOOPBACK)
    for (let seq = 0; seq < 10; seq++) events.publish(nodeEvent(seq))
    const resumed = await fetch(`${url}/v1/events?after=1`, { headers: { 'last-event-id': '6' } })
    assert.match(await readUntil(resumed.body!, /id: 9\n/), /^id: 6\nretry: 2000\n\nid: 7\n/)
    const queried = await fetch(`${url}/v1/events?after=7`)
    assert.match(await readUntil(queried.body!, /id: 9\n/), /^id: 7\nretry: 2000\n\nid: 8\n/)
    const refused = await fetch(`${url}/v1/events`, { headers: { 'last-event-id': 'x' } })
    assert.equal(refused.status, 400)
  })

  it('forgets a client that hangs up', async () => {
    const { api, events } = createHarness()
    const url = await api.listen(LOOPBACK)
    const hangUp = new AbortController()
    await fetch(`${url}/v1/events`, { signal: hangUp.signal })
    assert.equal(events.listeners.size, 1)
    hangUp.abort()
    await events.unheard.promise
    assert.equal(events.listeners.size, 0)
  })

  it('drops a client that stops reading, and tells it what it has', async () => {
    const { api, events } = createHarness()
    const url = await api.listen(LOOPBACK)
    const { socket, text } = await send(url, 'GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'data')
    socket.pause()
    // More than both ends' socket buffers and the queue can hold.
    const [published, summary] = [4_000, 'x'.repeat(8_192)]
    for (let seq = 0; seq < published; seq++) {
      events.publish(nodeEvent(seq, summary))
      if (seq % 50 === 0) await turn()
    }
    const ended = once(socket, 'close')
    socket.resume()
    const dropped = (): boolean => text().includes(': too slow, dropped; resume with Last-Event-ID')
    while (!dropped()) await once(socket, 'data')
    const ids = [...text().matchAll(/^id: (\d+)\s+data: /gm)].map(match => Number(match[1]))
    assert.deepEqual(ids, [...ids.keys()])
    assert.ok(ids.length > 0 && ids.length < published)
    socket.end()
    await ended
  })

  it('refuses a stream more than it can serve', async () => {
    const { api } = createHarness()
    const url = await api.listen(LOOPBACK)
    const streams = await Promise.all(Array.from({ length: 64 }, () => fetch(`${url}/v1/events`)))
    assert.ok(streams.every(({ status }) => status === 200))
    const refused = await fetch(`${url}/v1/events`)
    assert.equal(refused.status, 503)
    assert.match(await refused.text(), /"code":"API_TOO_MANY_STREAMS"/)
  })

  it('ends its streams when it closes', async () => {
    const { api, events } = createHarness()
    const url = await api.listen(LOOPBACK)
    const { body } = await fetch(`${url}/v1/events`)
    const text = readUntil(body!, /the node stops/)
    await api.close()
    assert.match(await text, /: the node stops\n\n$/)
    assert.equal(events.listeners.size, 0)
  })
})
