import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countIn } from '@torusmesh/vault/testing'
import { Home } from '../../src/identity/home.ts'
import type { MemberSecrets } from '../../src/identity/keys.ts'
import type { HealthView, MeshView, VaultMade, VerifyResult } from '../../src/index.ts'
import { answerOf, type Ended, endAll, startNode, torusmesh } from './support/cli.ts'
import { until } from './support/until.ts'

const PASSPHRASE = 'correct horse battery'

interface Status {
  readonly ready: boolean
  readonly mesh: MeshView
}

interface VaultJson {
  readonly mode: string
  readonly keys: readonly {
    readonly id: string
    readonly used: number
    readonly publicKey: string
  }[]
}

const statusOf = (home: string) => answerOf<Status>('status', '--home', home)
const vaultOf = (home: string) => answerOf<VaultJson>('vault', 'status', '--home', home)
const usedBy = async (home: string, id: string) =>
  (await vaultOf(home)).keys.find(key => key.id === id)!.used

describe('a node whose keys are in a vault', function () {
  this.timeout(90_000)
  let folder: string
  let pass: string
  const home = (name: string): string => join(folder, name)
  const vault = (command: string, at: string, ...more: string[]): Promise<Ended> =>
    torusmesh('vault', command, '--home', at, ...more)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'torusmesh-vault-'))
    pass = join(folder, 'passphrase')
    await writeFile(pass, `${PASSPHRASE}\n`, { mode: 0o600 })
  })
  after(async () => {
    await endAll()
    await rm(folder, { recursive: true, force: true })
  })

  it('holds no byte of them, in memory, environment or arguments', async () => {
    const at = home('moved')
    await answerOf('init', '--home', at, '--sides', '2,2,2', '--no-vault')
    const secrets = await new Home(at).secrets()
    const parts = partsOf(secrets)
    const before = await startNode('up', '--home', at)
    const pidBefore = (await new Home(at).apiAccess())!.pid
    const shown = countIn(pidBefore, parts)
    await before.end('SIGINT')
    if (shown === undefined) {
      process.stderr.write('a process’s memory can’t be read here (ptrace): it was not scanned\n')
      return
    }
    for (const count of shown) assert.ok(count > 0, 'the scan must find them in a node without')

    const made = await answerOf<VaultMade>(
      ...['vault', 'init', '--import', '--home', at, '--passphrase-file', pass]
    )
    assert.deepEqual([made.member, made.isImported], [before.started.member, true])
    assert.ok(!(await readdir(at)).includes('keys.json'))
    const after = await startNode('up', '--home', at, '--passphrase-file', pass)
    assert.equal(after.started.member, before.started.member)
    await until('it reports', async () => (await usedBy(at, 'checkpoint')) > 0)
    const { pid } = (await new Home(at).apiAccess())!
    assert.deepEqual(countIn(pid, parts), [0, 0, 0, 0])
    const vaultPid = Number((await readFile(join(at, 'vault', 'lock'), 'utf8')).split(' ')[0])
    for (const count of countIn(vaultPid, parts)!) assert.ok(count > 0, 'the vault holds them')
    for (const id of [pid, vaultPid]) {
      for (const file of ['environ', 'cmdline']) {
        assert.ok(!(await readFile(`/proc/${id}/${file}`, 'latin1')).includes(PASSPHRASE))
      }
    }
    assert.equal((await after.end('SIGINT')).code, 0)
    await until('the vault ends with its node', async () => {
      return (await vault('status', at)).stderr.includes('doesn')
    })
    const { ok } = await answerOf<VerifyResult>('ledger', 'verify', '--home', at)
    assert.equal(ok, true)
  })

  it('watches only while the vault is locked, and speaks when it is opened', async () => {
    const [anna, berta] = [home('anna'), home('berta')]
    await answerOf('init', '--home', anna, '--sides', '2,2,2', '--passphrase-file', pass)
    assert.equal((await stat(join(anna, 'vault'))).mode & 0o777, 0o700)
    const first = await startNode('up', '--home', anna)
    assert.equal((await statusOf(anna)).ready, false)
    assert.equal((await vaultOf(anna)).mode, 'locked')
    assert.equal((await vault('unlock', anna, '--passphrase-file', pass)).code, 0)
    await until('it speaks', async () => (await statusOf(anna)).ready)

    const { code } = await answerOf<{ code: string }>('invite', '--home', anna)
    const second = await startNode('join', code, '--home', berta, '--passphrase-file', pass)
    const heard = async (): Promise<boolean> => {
      const { reports } = await answerOf<HealthView>('health', '--home', berta)
      return reports.some(({ member }) => member === first.started.member)
    }
    await until('its reports are verified by another', heard)
    assert.equal((await vault('lock', anna)).code, 0)
    await until('it watches only', async () => !(await statusOf(anna)).ready)
    const said = await usedBy(anna, 'report')
    const { mesh } = await statusOf(anna)
    assert.equal(mesh.standings.alive, 2)
    assert.equal(await usedBy(anna, 'report'), said)
    await vault('unlock', anna, '--passphrase-file', pass)
    await until('it reports again', async () => (await usedBy(anna, 'report')) > said)
    for (const node of [second, first]) assert.equal((await node.end('SIGINT')).code, 0)
  })
})

/** Parts of each secret key that nothing public holds: FIPS 204's K, and Falcon's and Ed25519's first. */
function partsOf({ identity, report, checkpoint, peer }: MemberSecrets): readonly Uint8Array[] {
  return [
    identity.secretKey.subarray(32, 64),
    report.secretKey.subarray(1, 65),
    checkpoint.secretKey.subarray(32, 64),
    peer.raw.subarray(0, 32)
  ]
}
