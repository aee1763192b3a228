import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Env } from '@torusmesh/protocol'
import { encode } from '../src/codec/codec.ts'
import { createVaultClient, type VaultClient } from '../src/index.ts'
import { serveVault, type VaultServer } from '../src/process/serve.ts'
import { encodeFrame, FrameReader } from '../src/wire/frames.ts'
import { REQUESTS } from '../src/wire/requests.ts'
import { clientFor, type TestVault, testVault } from './harness.ts'

const KEY = 'peer'
const MESSAGE = Buffer.concat([Buffer.from('noise-libp2p-static-key:'), Buffer.alloc(32, 3)])
const SIGN = {
  key: KEY,
  statement: { type: 'message', purpose: 'peer-noise', env: Env.dev, message: MESSAGE }
} as const
const ROUNDS = 20
const PIPELINED = 4_000

describe('the vault’s socket', () => {
  let folder: string
  let socketPath: string
  let made: TestVault
  let server: VaultServer
  let token: string
  const clients: VaultClient[] = []

  function clientOf(timeoutMs?: number): VaultClient {
    const client = createVaultClient({ socketPath, token, ...(timeoutMs && { timeoutMs }) })
    clients.push(client)
    return client
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vault-socket-'))
    socketPath = join(folder, 'socket')
    made = await testVault()
    const limits = { perSecond: 1_000_000, maxSignatures: 0, maxAgeMs: 0 }
    await made.vault.createKey(made.admin, {
      ...{ id: KEY, suite: 'ed25519', purposes: ['peer-noise'], limits }
    })
    const grants = [{ key: KEY, purposes: ['peer-noise'] }] as const
    token = (await made.vault.allow(made.admin, { name: 'node', rights: ['sign'], grants }))!
    server = await serveVault(made.vault, socketPath)
  })

  after(async () => {
    for (const client of clients) client.close()
    await server.close()
    rmSync(folder, { recursive: true })
  })

  it('answers all of thousands of requests at once, round after round', async function () {
    this.timeout(30_000)
    for (let round = 0; round < ROUNDS; round++) {
      const client = clientOf()
      const answers = await Promise.all(Array.from({ length: 500 }, () => client.ask('sign', SIGN)))
      assert.ok(answers.every(({ signature }) => signature.length > 0))
      client.close()
    }
  })

  it('answers a reader that is slow and takes little at a time, in odd pieces', async function () {
    this.timeout(30_000)
    const socket = connect({ path: socketPath })
    const reader = new FrameReader()
    const seen = new Set<number>()
    const done = Promise.withResolvers<void>()
    const requests = Buffer.concat(
      Array.from({ length: PIPELINED }, (_, at) =>
        encodeFrame(at + 1, REQUESTS.sign.number, encode(REQUESTS.sign.request, SIGN))
      )
    )
    let at = 0
    const feed = (): void => {
      while (at < requests.length) {
        const piece = requests.subarray(at, at + 1 + ((at * 7_919) % 4_093))
        at += piece.length
        if (socket.write(piece)) continue
        socket.once('drain', feed)
        return
      }
    }
    socket.on('readable', () => {
      // A little, then others have their turn.
      const chunk: Buffer | null = socket.read(Math.min(socket.readableLength, 700))
      if (chunk === null) return
      for (const { id } of reader.push(chunk, 4_096) ?? []) {
        if (id === 0) feed()
        else seen.add(id)
      }
      if (seen.size === PIPELINED) done.resolve()
      setImmediate(() => socket.emit('readable'))
    })
    const hello = encode(REQUESTS.hello.request, { token })
    socket.write(encodeFrame(0, REQUESTS.hello.number, hello))
    await done.promise
    socket.destroy()
    assert.equal(seen.size, PIPELINED)
  })

  it('keeps what came while its client stood still for longer than it waits', async () => {
    const client = clientOf(400)
    await client.ask('status', {})
    const answer = client.ask('sign', SIGN)
    // The vault is another process elsewhere; here its answer comes once both run again.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500)
    assert.ok((await answer).signature.length > 0)
  })

  it('ends though a client never reads its answers', async () => {
    const other = await testVault()
    const path = join(folder, 'other')
    const served = await serveVault(other.vault, path)
    const { vault, admin } = other
    await vault.createKey(admin, { id: KEY, suite: 'ed25519', purposes: ['peer-noise'] })
    await clientFor(other, 'node', [])
    const own = await vault.allow(admin, { name: 'deaf', rights: ['sign'], grants: [] })
    const socket = connect({ path })
    socket.on('error', () => undefined)
    socket.pause()
    const hello = encode(REQUESTS.hello.request, { token: own! })
    socket.write(encodeFrame(0, REQUESTS.hello.number, hello))
    const status = encode(REQUESTS.status.request, {})
    for (let id = 1; id < 20_000; id++)
      socket.write(encodeFrame(id, REQUESTS.status.number, status))
    // Until the vault reads no more of it, for its answers have nowhere to go.
    for (let before = -1; before !== socket.bytesWritten; ) {
      before = socket.bytesWritten
      for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve))
    }
    await served.close()
    socket.destroy()
  })
})
