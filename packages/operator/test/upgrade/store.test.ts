import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StepRefusal } from '../../src/upgrade/port.ts'
import { type ArtefactSource, folderSource, mirrorSource } from '../../src/upgrade/source.ts'
import { ArtefactStore, type ArtefactStoreInit } from '../../src/upgrade/store.ts'

const BYTES = Buffer.alloc(200_000, 7)
const ARTEFACT = {
  platform: 'any',
  sha256: createHash('sha256').update(BYTES).digest('hex'),
  sizeBytes: BYTES.length,
  location: 'tiny/1.2.3'
}

let folder = ''

function store(init: Partial<ArtefactStoreInit>): ArtefactStore {
  const freeBytes = (): Promise<number> => Promise.resolve(2 ** 40)
  return new ArtefactStore({ folder, sources: [], idleMs: 100, freeBytes, ...init })
}

async function withMirror(
  listener: RequestListener,
  work: (mirror: ArtefactSource) => Promise<void>
): Promise<void> {
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await work(mirrorSource(`http://127.0.0.1:${port}/files`)).finally(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
}

const honest: RequestListener = (request, response) => {
  if (request.url === '/files/tiny/1.2.3') response.end(BYTES)
  else response.writeHead(404).end()
}

async function fails(at: ArtefactStore, code: StepRefusal, timeoutMs = 2_000): Promise<void> {
  await assert.rejects(at.fetch(ARTEFACT, timeoutMs), { code })
  assert.deepEqual(await readdir(folder), [], 'something half-done was left')
}

describe('artefact store', () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'artefacts-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('fetches from a mirror, whole', () =>
    withMirror(honest, async mirror => {
      const at = store({ sources: [mirror] })
      await at.fetch(ARTEFACT, 2_000)
      await at.fetch(ARTEFACT, 2_000)
      assert.deepEqual(await at.list(), [ARTEFACT.sha256])
      assert.ok(await at.holds(ARTEFACT.sha256))
    }))

  const hostile: readonly [desc: string, code: StepRefusal, listener: RequestListener][] = [
    [
      'data without end',
      'wrong-artefact',
      (_, response) => {
        const more = (): unknown => response.write(BYTES) && setImmediate(more)
        response.on('drain', more)
        more()
      }
    ],
    [
      'an announced other length',
      'download-failed',
      (_, r) => r.writeHead(200, { 'content-length': 5 }).end('hello')
    ],
    [
      'a truncated answer',
      'download-failed',
      (_, r) => r.write(BYTES.subarray(9), () => r.destroy())
    ],
    [
      'a short answer that ends well',
      'download-failed',
      (_, r) => r.write(BYTES.subarray(9)) && r.end()
    ],
    ['other bytes', 'wrong-artefact', (_, r) => r.end(Buffer.alloc(BYTES.length, 8))],
    ['silence', 'download-failed', () => undefined],
    ['silence after a few bytes', 'download-failed', (_, r) => r.write('few')],
    ['a redirect', 'download-failed', (_, r) => r.writeHead(302, { location: '/else' }).end()],
    ['a reset', 'download-failed', request => request.socket.destroy()]
  ]
  for (const [desc, code, listener] of hostile) {
    it(`survives ${desc}, and asks the next mirror`, () =>
      withMirror(listener, async bad => {
        await fails(store({ sources: [bad] }), code, 500)
        await withMirror(honest, async good => {
          const at = store({ sources: [bad, good] })
          await at.fetch(ARTEFACT, 1_000)
          assert.deepEqual(await at.list(), [ARTEFACT.sha256])
        })
      }))
  }

  it('a mirror that trickles can’t use up the time of the others', async () => {
    const trickle: ArtefactSource = {
      name: 'trickle',
      open: () =>
        Promise.resolve(
          (async function* () {
            for (;;) {
              yield Uint8Array.of(7)
              await new Promise(resolve => setTimeout(resolve, 5))
            }
          })()
        )
    }
    await fails(store({ sources: [trickle] }), 'download-failed', 200)
    await withMirror(honest, async good => {
      await store({ sources: [trickle, good] }).fetch(ARTEFACT, 400)
    })
  })

  it('a full disk leaves nothing behind, and no other mirror is asked', async () => {
    let asked = 0
    const source: ArtefactSource = {
      name: 'local',
      open() {
        asked++
        return Promise.resolve(
          (async function* () {
            yield BYTES.subarray(0, 100_000)
            yield BYTES.subarray(100_000)
          })()
        )
      }
    }
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    for (const at of ['first write', 'second write', 'sync'] as const) {
      asked = 0
      const begin: ArtefactStoreInit['begin'] = async path => {
        const file = await open(path, 'w')
        let writes = 0
        return {
          async write(chunk) {
            if (at === ['first write', 'second write'][writes++]) throw full
            await file.writeFile(chunk)
          },
          sync: () => (at === 'sync' ? Promise.reject(full) : file.sync()),
          close: () => file.close()
        }
      }
      await fails(store({ sources: [source, source], begin }), 'disk-full')
      assert.equal(asked, 1, at)
    }
    await fails(store({ freeBytes: () => Promise.resolve(1_000) }), 'disk-full')
  })

  it('forgets what was begun and never finished', async () => {
    await writeFile(join(folder, `${ARTEFACT.sha256}.part`), 'half')
    await writeFile(join(folder, 'notes.txt'), 'not ours')
    const at = store({})
    assert.deepEqual(await at.list(), [])
    await at.keepOnly([])
    assert.deepEqual(await readdir(folder), ['notes.txt'])
  })

  it('a digest is never a path', async () => {
    const evil = { ...ARTEFACT, sha256: '../../etc/passwd' }
    await assert.rejects(store({}).fetch(evil, 100), { code: 'wrong-artefact' })
  })

  it('a location never leads to another server', () =>
    withMirror(
      (request, response) =>
        response.end(request.url === '/files/https:evil.example/x' ? BYTES : ''),
      async mirror => {
        const at = store({ sources: [mirror] })
        await at.fetch({ ...ARTEFACT, location: 'https:evil.example/x' }, 1_000)
        assert.deepEqual(await at.list(), [ARTEFACT.sha256])
        assert.throws(() => mirrorSource('ftp://mirror.example/'), { code: 'ACTION_FAILED' })
      }
    ))

  it('takes artefacts from a folder', async () => {
    const stick = await mkdtemp(join(tmpdir(), 'stick-'))
    await fails(store({ sources: [folderSource(stick)] }), 'download-failed')
    await writeFile(join(stick, ARTEFACT.sha256), BYTES)
    await store({ sources: [folderSource(stick)] }).fetch(ARTEFACT, 1_000)
    await rm(stick, { recursive: true })
  })
})
