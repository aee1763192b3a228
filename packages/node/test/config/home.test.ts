import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { CONFIG_FILE, loadConfig, resolveHome } from '../../src/config/index.ts'

describe('home folder', () => {
  const cases = [
    { desc: 'the flag first', flag: '/srv/a', env: { TORUSMESH_HOME: '/srv/b' }, home: '/srv/a' },
    {
      desc: 'then TORUSMESH_HOME',
      env: { TORUSMESH_HOME: '/srv/b', XDG_DATA_HOME: '/data' },
      home: '/srv/b'
    },
    { desc: 'then XDG_DATA_HOME', env: { XDG_DATA_HOME: '/data' }, home: '/data/torusmesh' },
    {
      desc: 'not a relative XDG_DATA_HOME, which the specification forbids',
      env: { XDG_DATA_HOME: 'data', HOME: '/home/ann' },
      home: '/home/ann/.local/share/torusmesh'
    },
    {
      desc: 'nothing that is empty',
      flag: '',
      env: { TORUSMESH_HOME: '', XDG_DATA_HOME: '', HOME: '' },
      home: join(homedir(), '.local/share/torusmesh')
    },
    { desc: 'relative flags from the working folder', flag: 'here', env: {}, home: resolve('here') }
  ]
  for (const { desc, flag, env, home } of cases) {
    it(`takes ${desc}`, () => assert.equal(resolveHome({ flag, env }), home))
  }
})

describe('configuration file', () => {
  let home: string

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'torusmesh-config-'))
  })
  afterEach(() => rm(home, { recursive: true }))

  it('may be missing', async () => {
    assert.equal((await loadConfig(home, {})).config.api.port, 4_800)
  })

  it('is read from the home folder and named in messages', async () => {
    const path = join(home, CONFIG_FILE)
    await writeFile(path, '[api]\nport = 0\n')
    assert.equal((await loadConfig(home, {})).config.api.port, 0)
    await writeFile(path, '[api]\nprot = 0\n')
    const message = `${path}:2: unknown key api.prot; the nearest allowed key is api.port`
    await assert.rejects(loadConfig(home, {}), { code: 'CONFIG_INVALID', message })
  })

  it('is refused when it can not be read or is far too large', async () => {
    const path = join(home, CONFIG_FILE)
    await writeFile(path, '#'.repeat(70_000))
    await assert.rejects(loadConfig(home, {}), { code: 'CONFIG_INVALID', message: /larger than/ })
    await rm(path)
    await mkdir(path)
    await assert.rejects(loadConfig(home, {}), { code: 'CONFIG_INVALID', message: /EISDIR/ })
  })
})
