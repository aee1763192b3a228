import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineClient } from '../../src/engine-api/client.ts'
import { OperatorError } from '../../src/errors.ts'

const TIMEOUT_MS = 100

/** An engine that answers everything in one way. */
async function against(
  listener: RequestListener,
  use: (client: EngineClient) => Promise<unknown>
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'))
  const socketPath = join(folder, 'engine.sock')
  const server: Server = createServer(listener)
  await new Promise<void>(resolve => server.listen(socketPath, resolve))
  const client = new EngineClient({ socketPath, timeoutMs: TIMEOUT_MS })
  try {
    return await use(client)
  } finally {
    client.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
    await rm(folder, { recursive: true })
  }
}

const coded = (code: string) => (error: unknown) =>
  error instanceof OperatorError && error.code === code

describe('engine client', () => {
  const hostile: readonly [desc: string, code: string, listener: RequestListener][] = [
    ['silence', 'ENGINE_TIMEOUT', () => undefined],
    ['a reset', 'ENGINE_AWAY', request => request.socket.destroy()],
    ['no HTTP', 'ENGINE_MALFORMED', request => request.socket.end('what?\r\n\r\n')],
    ['half a JSON', 'ENGINE_MALFORMED', (_, response) => response.end('{"Id":')],
    ['another shape', 'ENGINE_MALFORMED', (_, response) => response.end('{"Id":7}')],
    [
      'an endless answer',
      'ENGINE_MALFORMED',
      (_, response) => response.end(Buffer.alloc(5e6, '['))
    ],
    ['a refusal', 'ENGINE_REFUSED', (_, response) => response.writeHead(500).end('{}')],
    ['a denial', 'ENGINE_DENIED', (_, response) => response.writeHead(403).end('{}')]
  ]
  for (const [desc, code, listener] of hostile) {
    it(`answers ${desc} with ${code}`, async () => {
      await against(listener, async client => {
        await assert.rejects(client.container('node'), coded(code))
      })
    })
  }

  it('says that an engine is away where no socket is', async () => {
    const client = new EngineClient({ socketPath: '/nowhere/docker.sock' })
    await assert.rejects(client.ping(), coded('ENGINE_AWAY'))
  })

  it('knows a container that is not there from an engine that fails', async () => {
    const missing: RequestListener = (_, response) => response.writeHead(404).end('{}')
    assert.equal(await against(missing, client => client.container('node')), undefined)
  })

  it('reads events that come in pieces, and ends on one too long', async () => {
    const event = JSON.stringify({
      Type: 'network',
      Action: 'disconnect',
      Actor: { Attributes: { name: 'mesh-net' } }
    })
    const read = async (client: EngineClient): Promise<string[]> => {
      const actions: string[] = []
      for await (const { action } of client.events(AbortSignal.timeout(5_000))) actions.push(action)
      return actions
    }
    const pieces: RequestListener = (_, response) => {
      response.write(`${event}\n${event.slice(0, 20)}`)
      setImmediate(() => response.end(`${event.slice(20)}\n`))
    }
    assert.deepEqual(await against(pieces, read), ['disconnect', 'disconnect'])
    const long: RequestListener = (_, response) => response.write('x'.repeat(70_000))
    await against(long, async client => {
      await assert.rejects(read(client), coded('ENGINE_MALFORMED'))
    })
  })
})
