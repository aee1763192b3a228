import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real Redis of this test, on a free port, with its append-only file in a temporary folder. */
export interface RedisServer {
  readonly url: string
  /** kill −9. */
  kill(): Promise<void>
  /** From the append-only file. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Path of Redis or Valkey, where one is installed. */
export const redisBinary: string | undefined = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap(folder => [join(folder, 'redis-server'), join(folder, 'valkey-server')])
  .find(isExecutable)

export async function startRedis(binary: string): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'torusmesh-redis-'))
  const port = await freePort()
  let server: ChildProcess | undefined
  const kill = async (): Promise<void> => {
    if (server === undefined) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    server = undefined
    await gone
  }
  const start = async (): Promise<void> => {
    server = spawn(binary, [
      ...['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder],
      ...['--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction']
    ])
    for await (const line of createInterface(server.stdout!)) {
      if (line.includes('Ready to accept connections')) {
        server.stdout!.resume()
        return
      }
    }
    throw new Error(`${binary} did not start`)
  }
  const close = async (): Promise<void> => {
    await kill()
    await rm(folder, { recursive: true, force: true })
  }
  await start()
  return { url: `redis://127.0.0.1:${port}`, kill, start, close }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
