import assert from 'node:assert/strict'
import { FakeNode } from './support/fake-node.ts'
import { run } from './support/run.ts'

const rejecting = (error: unknown): FakeNode => {
  const node = new FakeNode()
  node.apiAccess = () => Promise.reject(error)
  return node
}

describe('wrong usage', () => {
  const cases = [
    { line: 'statsu', says: "unknown command 'statsu'; did you mean status?" },
    { line: 'frobnicate', says: "unknown command 'frobnicate'; see torusmesh --help" },
    { line: 'ledger verfy', says: "unknown command 'verfy'; did you mean verify?" },
    { line: 'status --jsn', says: "unknown option '--jsn'; did you mean --json?" },
    { line: 'join', says: "missing required argument 'code'; see torusmesh --help" },
    {
      line: 'status please',
      says: "too many arguments for 'status'. Expected 0 arguments but got 1: please; see torusmesh --help"
    },
    {
      line: 'demo --nodes 5000',
      says: "option '--nodes <n>' argument '5000' is invalid; give a whole number from 1 to 4096"
    },
    {
      line: 'demo --duration soon',
      says: "option '--duration <time>' argument 'soon' is invalid; give a time such as 20, 20s, 5m or 24h"
    },
    {
      line: 'invite --valid 8d',
      says: "option '--valid <time>' argument '8d' is invalid; an invite is valid for 1m to 7d"
    },
    {
      line: 'init --sides 8x8x8',
      says: "option '--sides <list>' argument '8x8x8' is invalid; give the sides as in 8,8,8"
    },
    { line: 'status --url here', says: 'here is no URL; give one such as http://127.0.0.1:4800' },
    { line: 'ledger prove', says: 'give the sequence number of an event, or --check FILE' },
    { line: 'config explain no.such', says: 'no setting no.such; see `torusmesh config explain`' }
  ]
  for (const { line, says } of cases) {
    it(`ends with 2: ${line}`, async () => {
      assert.deepEqual(await run(line), { code: 2, out: '', err: `torusmesh: ${says}\n` })
    })
  }

  it('is JSON on standard output too with --json', async () => {
    const { code, out, err } = await run('peers --al --json')
    assert.deepEqual(JSON.parse(out), {
      error: { code: 'USAGE', message: "unknown option '--al'; did you mean --all?" }
    })
    assert.equal(code, 2)
    assert.equal(err, "torusmesh: unknown option '--al'; did you mean --all?\n")
  })

  for (const line of ['', 'ledger', 'config']) {
    it(`shows help on standard error: "${line}"`, async () => {
      const { code, out, err } = await run(line)
      assert.deepEqual({ code, out }, { code: 2, out: '' })
      assert.match(err, /^Usage: torusmesh/)
    })
  }
})

describe('failures', () => {
  it('are one line that says what to do, and end with 1', async () => {
    const error = Object.assign(new Error('no permission for /srv; chown it'), {
      code: 'HOME_PERMISSION'
    })
    const { code, out, err } = await run('status --json', { node: rejecting(error) })
    assert.equal(code, 1)
    assert.equal(err, 'torusmesh: no permission for /srv; chown it\n')
    assert.deepEqual(JSON.parse(out), {
      error: { code: 'HOME_PERMISSION', message: 'no permission for /srv; chown it' }
    })
  })

  it('list every problem of a configuration', async () => {
    const { code, err } = await run('up --api-port x --overlay-max-links 99')
    assert.equal(code, 1)
    assert.equal(err.match(/^torusmesh: --/gm)?.length, 2)
  })

  it('cannot drive the terminal', async () => {
    const error = Object.assign(new Error('peer says \u001b[2J'), { code: 'INVITE_REFUSED' })
    assert.equal(
      (await run('status', { node: rejecting(error) })).err,
      'torusmesh: peer says ?[2J\n'
    )
  })

  it('that nobody foresaw come with their stack', async () => {
    const { code, err, out } = await run('status --json', {
      node: rejecting(new TypeError('x is undefined'))
    })
    assert.equal(code, 1)
    assert.match(
      err,
      /^torusmesh: unexpected: x is undefined; .*\nTypeError: x is undefined\n +at /
    )
    assert.equal(JSON.parse(out).error.code, 'INTERNAL')
  })
})

describe('help and version', () => {
  it('go to standard output and end with 0', async () => {
    assert.deepEqual(await run('--version'), { code: 0, out: '0.1.0\n', err: '' })
    const { code, out, err } = await run('up --help')
    assert.deepEqual({ code, err }, { code: 0, err: '' })
    assert.match(out, /Examples:\n {2}\$ torusmesh up\n/)
  })

  it('name the exit codes', async () => {
    assert.match((await run('--help')).out, /Exit codes:\n {2}0 {2}done\n {2}1 {2}failed/)
  })
})
