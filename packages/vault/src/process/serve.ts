import { chmod, rm } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import { decode, encode } from '../codec/codec.ts'
import { VaultError } from '../errors.ts'
import {
  AUDIT_PAGE_MAX,
  AUDIT_WAIT_MAX_MS,
  CONNECTIONS_MAX,
  FRAME_MAX_BYTES,
  HELLO_MAX_BYTES,
  HELLO_TIMEOUT_MS,
  REQUESTS_MAX
} from '../limits.ts'
import type { Client } from '../state/entries.ts'
import type { Vault } from '../vault.ts'
import { AnswerKind, encodeFrame, type Frame, FrameReader } from '../wire/frames.ts'
import { type Op, opOf, REQUESTS, type Requests, wireError } from '../wire/requests.ts'

/** How long last answers may take to be read. */
const GOODBYE_MS = 500

/** A vault that answers on its socket. */
export interface VaultServer {
  /** Locks the vault and hangs up. */
  close(): Promise<void>
}

/** Serves a vault on a Unix socket; an old socket of that path is removed. */
export async function serveVault(vault: Vault, socketPath: string): Promise<VaultServer> {
  await rm(socketPath, { force: true })
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    new Connection(vault, socket).start()
  })
  server.maxConnections = CONNECTIONS_MAX
  await listen(server, socketPath)
  await chmod(socketPath, 0o600)
  return {
    async close() {
      const closed = new Promise(resolve => server.close(resolve))
      await vault.lock()
      for (const socket of sockets) socket.destroySoon()
      // Whoever doesn't read its last answer keeps nobody from ending.
      const timer = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, GOODBYE_MS)
      await closed
      clearTimeout(timer)
    }
  }
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', error => {
      const message = `can't listen on ${path} (${(error as NodeJS.ErrnoException).code}): a socket's path has 107 bytes at most, in a folder of this user`
      reject(new VaultError('VAULT_UNREACHABLE', message, error))
    })
    server.listen(path, resolve)
  })
}

/** One client on its socket: a token first, then requests, many at a time. */
class Connection {
  readonly #vault: Vault
  readonly #socket: Socket
  readonly #reader = new FrameReader()
  readonly #waiting: Frame[] = []
  #client: Client | undefined
  #underWay = 0
  #isPaused = false

  constructor(vault: Vault, socket: Socket) {
    this.#vault = vault
    this.#socket = socket
  }

  start(): void {
    const socket = this.#socket
    const timer = setTimeout(() => this.#hangUp(), HELLO_TIMEOUT_MS)
    timer.unref()
    socket.on('close', () => clearTimeout(timer))
    // Peers go away as they like.
    socket.on('error', () => socket.destroy())
    socket.on('drain', () => this.#serve())
    socket.on('data', chunk => this.#receive(chunk as Buffer))
  }

  #hangUp(): void {
    if (this.#client === undefined) this.#socket.destroy()
  }

  #receive(chunk: Buffer): void {
    const maxBytes = this.#client === undefined ? HELLO_MAX_BYTES : FRAME_MAX_BYTES
    const frames = this.#reader.push(chunk, maxBytes)
    if (frames === undefined) {
      this.#socket.destroy()
      return
    }
    this.#waiting.push(...frames)
    this.#serve()
  }

  #serve(): void {
    while (this.#waiting.length > 0 && this.#underWay < REQUESTS_MAX) {
      this.#underWay++
      void this.#answer(this.#waiting.shift()!)
    }
    // A client that doesn't read its answers isn't read either.
    const shouldPause = this.#waiting.length > 0 || this.#socket.writableNeedDrain
    if (shouldPause === this.#isPaused) return
    this.#isPaused = shouldPause
    if (shouldPause) this.#socket.pause()
    else this.#socket.resume()
  }

  async #answer({ id, kind, body }: Frame): Promise<void> {
    const op = opOf(kind)
    try {
      if (op === undefined) throw malformed()
      const answer = await this.#call(op, body)
      this.#send(encodeFrame(id, AnswerKind.ok, answer))
    } catch (error) {
      this.#send(encodeFrame(id, AnswerKind.refused, encode(wireError, refusalOf(error))))
      if (this.#client === undefined) this.#socket.destroySoon()
    }
    this.#underWay--
    this.#serve()
  }

  async #call<O extends Op>(op: O, body: Buffer): Promise<Uint8Array> {
    const { request: codec, answer, right } = REQUESTS[op]
    const request = decode(codec, body)
    // It may hold a passphrase, a token or a seed.
    if (op !== 'sign') body.fill(0)
    if (request === undefined) throw malformed()
    if (op === 'hello') {
      const { token } = request as Requests['hello']['request']
      return encode(REQUESTS.hello.answer, { name: this.#hello(token) })
    }
    const client = this.#client && this.#vault.current(this.#client)
    if (client === undefined) {
      this.#socket.destroySoon()
      throw new VaultError('TOKEN_REFUSED', 'this client is not let in any more: get a new token')
    }
    if (right !== 'sign' && !client.rights.includes(right)) {
      this.#vault.flag('odd-purpose', client.name, '')
      throw new VaultError(
        'NOT_ALLOWED',
        `${op} needs the right ${right}: use a client that has it`
      )
    }
    return encode(answer, await this.#run(op, client, request))
  }

  #hello(token: string): string {
    const client = this.#client === undefined ? this.#vault.clientOf(token) : undefined
    if (client === undefined) {
      this.#vault.flag('unknown-client', '', '')
      throw new VaultError('TOKEN_REFUSED', 'no client has this token: ask an admin for one')
    }
    this.#client = client
    return client.name
  }

  async #run<O extends Op>(
    op: O,
    client: Client,
    request: Requests[O]['request']
  ): Promise<Requests[O]['answer']> {
    return await HANDLERS[op](this.#vault, client, request)
  }

  #send(frame: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(frame)
  }
}

type Handlers = {
  readonly [O in Exclude<Op, never>]: (
    vault: Vault,
    client: Client,
    request: Requests[O]['request']
  ) => Requests[O]['answer'] | Promise<Requests[O]['answer']>
}

const HANDLERS: Handlers = {
  hello: (_vault, { name }) => ({ name }),
  status: vault => vault.status(),
  publicKey: (vault, _client, { key }) => vault.key(key),
  sign: (vault, client, { key, statement }) => vault.sign(client, key, statement),
  async unlock(vault, _client, { passphrase, ...options }) {
    try {
      await vault.unlock(passphrase, options)
    } finally {
      passphrase.fill(0)
    }
    return {}
  },
  async lock(vault) {
    await vault.lock()
    return {}
  },
  createKey: (vault, client, wanted) => vault.createKey(client, wanted),
  rotate: (vault, client, { key }) => vault.rotate(client, key),
  allow: async (vault, client, wanted) => ({ token: await vault.allow(client, wanted) }),
  async revoke(vault, client, { name }) {
    await vault.revoke(client, name)
    return {}
  },
  async audit(vault, _client, { after, max, waitMs }) {
    const count = Math.min(max, AUDIT_PAGE_MAX)
    const page = vault.audit(after, count)
    if (page.records.length > 0 || waitMs === 0) return page
    await nextEntry(vault, Math.min(waitMs, AUDIT_WAIT_MAX_MS))
    return vault.audit(after, count)
  },
  backup: async (vault, client) => ({ file: await vault.backup(client) }),
  async restore(vault, _client, { file, passphrase }) {
    try {
      await vault.restore(file, passphrase)
    } finally {
      passphrase.fill(0)
    }
    return {}
  }
}

function nextEntry(vault: Vault, waitMs: number): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      clearTimeout(timer)
      unwatch()
      resolve()
    }
    const timer = setTimeout(done, waitMs)
    timer.unref()
    const unwatch = vault.watch(done)
  })
}

function malformed(): VaultError {
  return new VaultError(
    'BAD_REQUEST',
    'this is no request of the vault: use a client of its version'
  )
}

/** What may be told: a refusal as it is, of anything else nothing. */
function refusalOf(error: unknown): { code: VaultError['code']; message: string } {
  if (error instanceof VaultError) return { code: error.code, message: error.message }
  return { code: 'SIGNING_FAILED', message: 'the vault could not do that: read its log' }
}
