import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAttestationPool } from '@torusmesh/protocol/native'
import { NodeError } from '../../src/errors.ts'
import { Home, type NodeState } from '../../src/identity/home.ts'
import { createSecrets, encodeSecrets, type MemberSecrets } from '../../src/identity/keys.ts'
import { fileError, readPrivateFile, writePrivateFile } from '../../src/identity/private-file.ts'

const STATE: NodeState = {
  incarnation: 7,
  recordSequence: 3,
  invites: [{ hash: 'ab', expiresMs: 5, redeemedBy: 'cd' }]
}

/** An error as a person sees it: a stable code, and one line that says where. */
async function refusal(attempt: Promise<unknown>): Promise<NodeError> {
  const error = await attempt.then(
    () => assert.fail('it should have been refused'),
    (reason: unknown) => reason
  )
  assert.ok(error instanceof NodeError, String(error))
  assert.doesNotMatch(error.message, /\n/)
  return error
}

describe('home', () => {
  let folder: string
  let secrets: MemberSecrets
  before(async () => {
    const pool = createAttestationPool({ threads: 1 })
    secrets = await createSecrets(pool).finally(() => pool.close())
  })
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'torusmesh-home-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('reads back what it wrote', async () => {
    const home = new Home(folder)
    const proof = { enrolment: Uint8Array.of(1, 2), signature: Uint8Array.of(3) }
    const records = [Uint8Array.of(4), Uint8Array.of(5, 6)]
    const access = { url: 'http://127.0.0.1:1', token: 'secret', pid: 9 }
    await home.saveSecrets(secrets)
    await home.saveEnrolment(proof)
    await home.saveState(STATE)
    await home.saveRecords(records)
    await home.saveApiAccess(access)
    assert.equal(encodeSecrets(await home.secrets()), encodeSecrets(secrets))
    assert.deepEqual(await home.enrolment(), proof)
    assert.deepEqual(await home.state(), STATE)
    assert.deepEqual(await home.records(), records)
    assert.deepEqual(await home.apiAccess(), access)
    await home.removeApiAccess()
    assert.equal(await home.apiAccess(), undefined)
  })

  it('without files is an empty start', async () => {
    const home = new Home(folder)
    assert.deepEqual(await home.state(), { incarnation: 0, recordSequence: 0, invites: [] })
    assert.deepEqual(await home.records(), [])
    assert.equal(await home.enrolment(), undefined)
    assert.equal(await home.exists(), false)
    for (const needed of [home.secrets(), home.genesis()]) {
      const { code, message } = await refusal(needed)
      assert.equal(code, 'HOME_MISSING')
      assert.match(message, /torusmesh init/)
    }
  })

  it('makes files and folder that only their owner reads, also over older ones', async () => {
    const home = new Home(join(folder, 'deep', 'home'))
    await home.create()
    await writeFile(join(home.path, 'state.json'), '{}', { mode: 0o644 })
    await home.saveState(STATE)
    await home.saveSecrets(secrets)
    const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777
    assert.equal(await modeOf(home.path), 0o700)
    assert.equal(await modeOf(join(home.path, 'state.json')), 0o600)
    assert.equal(await modeOf(join(home.path, 'keys.json')), 0o600)
  })

  it('replaces a file as a whole: a link is replaced, not followed, and no draft stays', async () => {
    const target = join(folder, 'target')
    await writeFile(target, 'old')
    await symlink(target, join(folder, 'file'))
    await writePrivateFile(join(folder, 'file'), 'new')
    assert.equal(await readPrivateFile(join(folder, 'file')), 'new')
    assert.equal(await readFile(target, 'utf8'), 'old')
    assert.deepEqual((await readdir(folder)).sort(), ['file', 'target'])
  })

  it('a write that fails leaves the old content and no draft', async () => {
    const path = join(folder, 'occupied')
    await writePrivateFile(join(folder, 'other'), 'old')
    await new Home(path).create()
    await refusal(writePrivateFile(path, 'new'))
    assert.deepEqual((await readdir(folder)).sort(), ['occupied', 'other'])
  })

  const damages = ['', '{', 'null', '{}', '[]', '"text"', '{"format":"torusmesh-keys-1"}']
  const readers: Record<string, (home: Home) => Promise<unknown>> = {
    'keys.json': home => home.secrets(),
    'genesis.json': home => home.genesis(),
    'enrolment.json': home => home.enrolment(),
    'state.json': home => home.state(),
    'api.json': home => home.apiAccess()
  }
  for (const [file, read] of Object.entries(readers)) {
    it(`a damaged ${file} is named in one line`, async () => {
      for (const damage of damages) {
        await writeFile(join(folder, file), damage)
        const { code, message } = await refusal(read(new Home(folder)))
        assert.equal(code, 'HOME_DAMAGED')
        assert.ok(message.includes(join(folder, file)), message)
      }
    })
  }

  it('a damaged records.json is named in one line', async () => {
    for (const damage of ['', '{', 'null', '{}', '"text"', '[1]']) {
      await writeFile(join(folder, 'records.json'), damage)
      const { code } = await refusal(new Home(folder).records())
      assert.equal(code, 'HOME_DAMAGED', damage)
    }
  })

  it('a damaged key file is never quoted', async () => {
    const text = encodeSecrets(secrets)
    const secretParts = [secrets.identity, secrets.report, secrets.checkpoint].map(
      ({ secretKey }) => Buffer.from(secretKey).toString('base64').slice(0, 24)
    )
    const damaged = [text.slice(0, -5), text.replace('torusmesh-keys-1', 'x'), `x${text}`]
    for (const damage of damaged) {
      await writeFile(join(folder, 'keys.json'), damage)
      const error = await refusal(new Home(folder).secrets())
      const told = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`
      for (const part of secretParts) assert.ok(!told.includes(part))
    }
  })

  it('a path below a file can be no home', async () => {
    await writeFile(join(folder, 'file'), '')
    const home = new Home(join(folder, 'file', 'home'))
    for (const attempt of [() => home.create(), () => home.state(), () => home.saveState(STATE)]) {
      const { code, message } = await refusal(attempt())
      assert.equal(code, 'HOME_DAMAGED')
      assert.match(message, /ENOTDIR.*--home/)
    }
  })

  const refusals = [
    { system: 'EACCES', code: 'HOME_PERMISSION', says: /no permission for \/srv\/mesh.*chown/ },
    { system: 'EROFS', code: 'HOME_PERMISSION', says: /no permission/ },
    { system: 'ENOSPC', code: 'DISK_FULL', says: /free some space/ },
    { system: 'EIO', code: 'HOME_DAMAGED', says: /EIO/ }
  ]
  for (const { system, code, says } of refusals) {
    it(`${system} is told as ${code}`, () => {
      const cause = Object.assign(new Error('from the system'), { code: system })
      const error = fileError('/srv/mesh', cause)
      assert.equal(error.code, code)
      assert.match(error.message, says)
      assert.equal(error.cause, cause)
    })
  }

  it("notes the mesh's env, but never over the owner's file", async () => {
    const home = new Home(folder)
    await home.noteEnv('beta')
    assert.equal(await readFile(home.configPath, 'utf8'), 'env = "beta"\n')
    await home.noteEnv('mainnet')
    assert.equal(await readFile(home.configPath, 'utf8'), 'env = "beta"\n')
  })
})
