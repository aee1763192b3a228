import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodePort } from '../src/node-adapter.ts'
import { readSecret } from '../src/process-secrets.ts'
import { runCli } from '../src/run-cli.ts'
import { FakeIo } from './support/fake-io.ts'
import { type Ran, simulations } from './support/run.ts'

const PASSPHRASE = 'correct horse battery'

interface VaultJson {
  readonly mode: string
  readonly keys: readonly { readonly id: string; readonly publicKey: string }[]
}

/** The command in this process, the node's code and the vault's process as they are. */
describe('vault', function () {
  this.timeout(60_000)
  let home: string
  let served: { readonly io: FakeIo; readonly ended: Promise<Ran> } | undefined

  beforeEach(async () => {
    home = join(await mkdtemp(join(tmpdir(), 'cli-vault-')), 'home')
  })

  afterEach(async () => {
    await stop()
    await rm(home, { recursive: true, force: true })
  })

  function start(line: string, io: FakeIo): Promise<Ran> {
    const argv = `vault ${line} --home ${home}`.split(' ')
    const ended = runCli({ argv, io, node: nodePort, sim: simulations, version: '0.1.0' })
    return ended.then(code => ({ code, out: io.stdout.text, err: io.stderr.text }))
  }

  /** A person at a terminal who types these passphrases; without one nobody can be asked. */
  function vault(line: string, ...secrets: readonly string[]): Promise<Ran> {
    const io = new FakeIo()
    io.interactive = secrets.length > 0
    io.secrets = [...secrets]
    return start(line, io)
  }

  async function json<T>(line: string, ...secrets: readonly string[]): Promise<T> {
    const { code, out, err } = await vault(`${line} --json`, ...secrets)
    assert.equal(code, 0, err)
    return JSON.parse(out) as T
  }

  async function serve(): Promise<void> {
    const io = new FakeIo()
    const ended = start('serve --json', io)
    served = { io, ended }
    while (io.stdout.text === '') {
      const early = await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 10))])
      if (early !== undefined) throw new Error((early as Ran).err)
    }
  }

  async function stop(): Promise<void> {
    served?.io.interrupt()
    await served?.ended
    served = undefined
  }

  it('is made, opened, backed up, locked and restored', async () => {
    const made = await json<{ member: string }>('init', PASSPHRASE, PASSPHRASE)
    assert.match(made.member, /^[0-9a-f]{64}$/)
    await serve()
    assert.match((await vault('unlock', PASSPHRASE)).out, /^The vault is open\.$/m)
    const { file } = await json<{ file: string }>('backup')
    const keysOf = async (): Promise<readonly string[]> =>
      (await json<VaultJson>('status')).keys.map(({ publicKey }) => publicKey)
    const keys = await keysOf()
    const rotated = await json<{ generation: number }>('rotate report --anyway')
    assert.equal(rotated.generation, 2)
    assert.notDeepEqual(await keysOf(), keys)
    assert.match((await vault('lock')).out, /^The vault is locked/)
    assert.match((await vault('status')).out, /^vault +locked$/m)
    await json(`restore ${file}`, PASSPHRASE)
    assert.deepEqual(await keysOf(), keys)
    await stop()

    await writeFile(join(home, 'vault', 'vault'), 'damaged')
    assert.match((await vault('serve')).err, /damaged at byte 0: restore a backup/)
    await json(`restore ${file}`, PASSPHRASE)
    await serve()
    assert.deepEqual(await keysOf(), keys)
  })

  it('says what to do next', async () => {
    const refusals = async (...rows: readonly (readonly [RegExp, string, ...string[]])[]) => {
      for (const [says, line, ...secrets] of rows) {
        const { code, err } = await vault(line, ...secrets)
        assert.equal(code, 1, line)
        assert.match(err, says)
      }
    }
    await refusals(
      [/has no vault: make one with `torusmesh vault init`/, 'status'],
      [/nobody can be asked for the passphrase here; give --passphrase-file/, 'init'],
      [
        /no usable passphrase, nothing was written/,
        'init',
        'a long one',
        'another',
        '',
        '',
        '',
        ''
      ],
      [/there is no file \/no\/such; check the path/, 'init --passphrase-file /no/such']
    )
    await json('init', PASSPHRASE, PASSPHRASE)
    await refusals(
      [/has a vault already/, 'init', PASSPHRASE, PASSPHRASE],
      [/doesn't run: start it with `torusmesh up` or `torusmesh vault serve`/, 'unlock', PASSPHRASE]
    )
    await serve()
    await refusals(
      [/does not open the vault: try again/, 'unlock', 'incorrect horse'],
      [/wrong passphrases came before: try again in \d s/, 'unlock', PASSPHRASE],
      [/the vault is locked: unlock it first/, 'rotate other'],
      [/knows this member by its identity key/, 'rotate identity'],
      [/runs already/, 'serve'],
      [/a backup is named backup-NUMBER/, 'restore ../keys', PASSPHRASE]
    )
  })

  it('takes the keys of keys.json over, and erases that file', async () => {
    const init = { homePath: home, name: 'x', env: 'dev', sides: [2, 2, 2], nowMs: 1 } as const
    const { member } = await nodePort.initHome(init)
    const key = await nodePort.verifierKey(home)
    assert.match((await vault('init', PASSPHRASE, PASSPHRASE)).err, /add --import to move them/)
    const access = join(home, 'api.json')
    await writeFile(access, JSON.stringify({ url: '', token: '', pid: process.pid }))
    assert.match((await vault('init --import', PASSPHRASE, PASSPHRASE)).err, /stop it before its/)
    await rm(access)
    const made = await json<{ member: string }>('init --import', PASSPHRASE, PASSPHRASE)
    assert.equal(made.member, member)
    assert.equal(await nodePort.verifierKey(home), key)
    await assert.rejects(readFile(join(home, 'keys.json')), { code: 'ENOENT' })
  })

  it('reads a passphrase from a file that nobody else can read', async () => {
    const path = `${home}-passphrase`
    await writeFile(path, 'a pass phrase\r\nand more', { mode: 0o600 })
    assert.equal(Buffer.from((await readSecret(path))!).toString(), 'a pass phrase')
    await chmod(path, 0o640)
    await assert.rejects(readSecret(path), /others may read .*; run chmod 600 on it first/)
    await writeFile(path, 'x'.repeat(2_000))
    await chmod(path, 0o600)
    await assert.rejects(readSecret(path), /larger than 1 KiB/)
    assert.equal(await readSecret(`${path}-none`), undefined)
    await rm(path)
  })
})
