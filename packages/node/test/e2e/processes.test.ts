import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HealthView, LedgerView, LinkView, MeshView, VerifyResult } from '../../src/index.ts'
import { answerOf, type Ended, endAll, startNode, torusmesh } from './support/cli.ts'
import { until } from './support/until.ts'

interface Status {
  readonly ready: boolean
  readonly mesh: MeshView
  readonly ledger: LedgerView
}

const statusOf = (home: string) => answerOf<Status>('status', '--home', home)
const healthOf = (home: string) => answerOf<HealthView>('health', '--home', home)
const linksOf = async (home: string) =>
  (await answerOf<{ links: LinkView[] }>('peers', '--home', home)).links
const verify = (home: string) => answerOf<VerifyResult>('ledger', 'verify', '--home', home)

/** One line, which starts with the command's name and says what to do. */
function assertOneLine({ stderr }: Ended, says: RegExp): void {
  assert.match(stderr, /^torusmesh: [^\n]+\n$/)
  assert.match(stderr, says)
}

describe('real processes', function () {
  this.timeout(60_000)
  let folder: string
  const home = (name: string): string => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'torusmesh-e2e-'))
  })
  after(async () => {
    await endAll()
    await rm(folder, { recursive: true, force: true })
  })

  it('two strangers meet, one dies, comes back as itself, and both leave in good order', async () => {
    const [anna, berta, carla] = [home('anna'), home('berta'), home('carla')]
    await answerOf('init', '--home', anna, '--name', 'meet', '--sides', '2,2,2')
    const first = await startNode('up', '--home', anna)
    const { code } = await answerOf<{ code: string }>('invite', '--home', anna)
    const second = await startNode('join', code, '--home', berta)
    const [annaId, bertaId] = [first.started.member, second.started.member]
    assert.notEqual(annaId, bertaId)

    const reported = async (at: string, by: string): Promise<boolean> =>
      (await healthOf(at)).reports.some(({ member, state }) => member === by && state === 'alive')
    await until('reports are verified in both directions', async () => {
      const both = await Promise.all([reported(anna, bertaId), reported(berta, annaId)])
      return both.every(Boolean)
    })
    for (const [at, other] of [
      [anna, bertaId],
      [berta, annaId]
    ] as const) {
      const { mesh, ready } = await statusOf(at)
      assert.equal(ready, true)
      assert.deepEqual([mesh.members, mesh.standings.alive], [2, 2])
      assert.deepEqual(
        (await linksOf(at)).map(({ member, state }) => [member, state]),
        [[other, 'alive']]
      )
    }

    const again = await torusmesh('join', code, '--home', carla)
    assert.equal(again.code, 1)
    assert.match(again.stderr, /torusmesh: the inviter refused: the invite has been used[^\n]*\n$/)

    const locked = await torusmesh('up', '--home', anna, '--api-port', '0', '--json')
    assert.equal(locked.code, 1)
    assert.equal(JSON.parse(locked.stdout).error.code, 'LEDGER_LOCKED')
    assertOneLine(locked, /the ledger is in use/)

    const sizeBefore = (await statusOf(berta)).ledger.size
    await second.end('SIGKILL')
    await until('the death is known', async () => (await statusOf(anna)).mesh.standings.down === 1)

    const third = await startNode('up', '--home', berta)
    assert.equal(third.started.member, bertaId)
    await until('it is alive again for the other', async () =>
      (await linksOf(anna)).some(({ member, state }) => member === bertaId && state === 'alive')
    )
    const { ledger } = await statusOf(berta)
    assert.ok(ledger.size > sizeBefore, `${ledger.size} events after ${sizeBefore}`)
    assert.deepEqual(ledger.faults, [])

    assert.equal((await third.end('SIGINT')).code, 0)
    await until('who left has left', async () => (await statusOf(anna)).mesh.standings.left === 1)
    assert.equal((await first.end('SIGINT')).code, 0)
    for (const at of [anna, berta]) {
      const { ok, faults } = await verify(at)
      assert.deepEqual([ok, faults], [true, []])
    }
  })

  it('no changed byte of a ledger goes unnoticed', async () => {
    const at = home('damaged')
    const node = await startNode('up', '--home', at)
    for (let n = 0; n < 3; n++) await answerOf('invite', '--home', at)
    assert.equal((await node.end('SIGINT')).code, 0)
    const intact = await verify(at)
    const ledger = join(at, 'ledger')
    const log = (await readdir(ledger)).find(name => /\.(log|ldb)$/.test(name))!
    const bytes = await readFile(join(ledger, log))
    const found = bytes.indexOf('node.started')
    bytes[found >= 0 ? found : Math.floor(bytes.length / 2)]! ^= 1
    await writeFile(join(ledger, log), bytes)
    const { code, stdout, stderr } = await torusmesh('ledger', 'verify', '--home', at, '--json')
    const told = JSON.parse(stdout)
    // A byte that nothing rests on may change; all events are then proven intact.
    if (code === 0) assert.equal(told.root, intact.root)
    else {
      assert.equal(code, 3, stderr)
      assert.equal(told.ok, false)
      assert.ok(Number.isInteger(told.faults[0].seq), stdout)
    }
  })

  it('a port that is taken is told in one line', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const at = home('port')
    const address = `/ip4/127.0.0.1/tcp/${port}`
    const [listen, api] = await Promise.all([
      torusmesh('up', '--home', at, '--listen-address', address, '--api-port', '0'),
      torusmesh(
        ...['up', '--home', home('api-port'), '--listen-address', '/ip4/127.0.0.1/tcp/0'],
        ...['--api-port', `${port}`]
      )
    ])
    taken.close()
    assert.equal(listen.code, 1)
    assert.match(listen.stderr, new RegExp(`torusmesh: ${address} is in use[^\\n]*\\n$`))
    assert.equal(api.code, 1)
    assert.match(api.stderr, new RegExp(`torusmesh: [^\\n]*${port}[^\\n]*\\n$`))
    assert.equal((await verify(at)).ok, true)
  })

  it('a wrong value of a setting is told with its key and what is allowed', async () => {
    const at = home('config')
    const { code, stderr } = await torusmesh('up', '--home', at, '--overlay-max-links', '5')
    assert.notEqual(code, 0)
    assertOneLine(
      { code, stdout: '', stderr },
      /overlay\.maxLinks = "?5"? is not an integer from \d+ to 64/
    )
    await assert.rejects(readdir(at), { code: 'ENOENT' })
  })
})
