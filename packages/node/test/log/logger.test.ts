import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createLogger, isSecretName, type Logger, REDACTED } from '../../src/log/index.ts'

/** Lines a logger writes, as they reach their destination. */
function capture(format: 'json' | 'pretty', level: 'trace' | 'info' = 'trace') {
  const lines: string[] = []
  const logger = createLogger({ level, format, destination: { write: line => lines.push(line) } })
  return { lines, logger }
}

const INVITE = 'tm1qpzry9x8gf2tvdw0s3jn54khce6mua7l'
const HIDDEN = 'hunter2-this-must-never-appear'
const PEM = `-----BEGIN PRIVATE KEY-----\n${HIDDEN}\n-----END PRIVATE KEY-----`

describe('log redaction', () => {
  const writes: { desc: string; write: (logger: Logger) => void }[] = [
    { desc: 'a field', write: log => log.info({ token: HIDDEN }, 'x') },
    { desc: 'a nested field', write: log => log.info({ a: [{ b: { apiKey: HIDDEN } }] }, 'x') },
    {
      desc: 'an object under a secret name',
      write: log => log.info({ secrets: { a: HIDDEN } }, 'x')
    },
    { desc: 'a list under a secret name', write: log => log.info({ passwords: [HIDDEN] }, 'x') },
    {
      desc: 'a field of a child logger',
      write: log => log.child({ signingKey: HIDDEN }).info('x')
    },
    {
      desc: 'an error property',
      write: log => log.error(Object.assign(new Error('x'), { secret: HIDDEN }), 'x')
    },
    {
      desc: 'an authorization header',
      write: log => log.info({ headers: { Authorization: HIDDEN } }, 'x')
    },
    { desc: 'a bearer token in a message', write: log => log.info(`sent Bearer ${HIDDEN}`) },
    {
      desc: 'a bearer token in an error',
      write: log => log.error({ err: new Error(`bearer ${HIDDEN}`) }, 'x')
    },
    { desc: 'a private key in a message', write: log => log.info(PEM) },
    { desc: 'a private key cut short', write: log => log.info({ pem: PEM.slice(0, 50) }, 'x') }
  ]
  for (const format of ['json', 'pretty'] as const) {
    for (const { desc, write } of writes) {
      it(`hides ${desc} (${format})`, () => {
        const { lines, logger } = capture(format)
        write(logger)
        assert.equal(lines.length, 1)
        assert.ok(!lines[0]!.includes(HIDDEN.slice(0, 7)), lines[0])
        assert.ok(lines[0]!.includes(REDACTED), lines[0])
      })
    }

    it(`hides invite codes wherever they are (${format})`, () => {
      const { lines, logger } = capture(format)
      logger.info(`join ${INVITE} now`)
      logger.info({ args: ['join', INVITE], [INVITE]: 1 }, 'called')
      logger.error({ err: new Error(`bad code ${INVITE.toUpperCase()}`) }, 'failed')
      assert.equal(lines.length, 3)
      assert.doesNotMatch(lines.join(''), /qpzry9x8/i)
    })
  }

  it('tells secret names from others', () => {
    const secret = [
      'secret',
      'secretSeed',
      'clientSecret',
      'privateKey',
      'reportKey',
      'private_key_pem'
    ]
    const more = ['token', 'apiToken', 'password', 'passwd', 'Authorization', 'cookie', 'api-key']
    for (const name of [...secret, ...more]) {
      assert.ok(isSecretName(name), name)
      const { lines, logger } = capture('json')
      logger.info({ [name]: HIDDEN }, 'x')
      assert.ok(!lines[0]!.includes(HIDDEN), name)
    }
    const open = ['publicKey', 'public_key', 'reportPublicKey', 'key', 'member', 'keys', 'suite']
    for (const name of open) assert.ok(!isSecretName(name), name)
  })

  it('leaves what is no secret as it is', () => {
    const { lines, logger } = capture('json')
    const fields = { publicKey: 'abc', key: 'api.port', sizes: [1, 2, 3], nothing: null, ok: true }
    logger.info(fields, 'kept')
    const { time, ...rest } = JSON.parse(lines[0]!)
    assert.deepEqual(rest, { level: 30, ...fields, msg: 'kept' })
    assert.ok(Number.isInteger(time))
  })
})

describe('log lines', () => {
  const anyText = fc.string({ unit: fc.nat(0xffff).map(code => String.fromCharCode(code)) })
  const hostile = [
    'a\nlevel=FATAL forged',
    'a\r\n{"level":60}',
    '\u001b[2Jcleared',
    '\u009b31mred',
    'right\u202eleft',
    'two\u2028lines',
    '\u0000\u007f'
  ]
  for (const format of ['json', 'pretty'] as const) {
    it(`can not be forged by what is logged (${format})`, () => {
      for (const text of hostile) {
        const { lines, logger } = capture(format)
        logger.info({ text, [text]: { text } }, text)
        logger.child({ text }).info({ err: new Error(text) }, 'x')
        assert.equal(lines.length, 2)
        for (const line of lines) assert.match(line, /^[\x20-\x7e]+\n$/)
      }
    })

    it(`stay one line for any text (${format})`, () => {
      fc.assert(
        fc.property(anyText, fc.string(), (text, name) => {
          const { lines, logger } = capture(format)
          logger.info({ [name]: text }, text)
          assert.equal(lines.length, 1)
          assert.equal(lines[0]!.split(/[\n\r\u2028\u2029\u0085]/).length, 2)
        }),
        { seed: 11, numRuns: 200 }
      )
    })
  }

  it('stay JSON when characters are escaped', () => {
    const { lines, logger } = capture('json')
    for (const text of hostile) logger.info({ text }, text)
    assert.deepEqual(
      lines.map(line => JSON.parse(line).text),
      hostile
    )
  })

  it('are readable in the pretty format', () => {
    const { lines, logger } = capture('pretty')
    logger.child({ part: 'overlay' }).warn({ cell: 7, why: 'no route', list: [1] }, 'link lost')
    assert.match(
      lines[0]!,
      /^\d\d:\d\d:\d\d\.\d{3} WARN {2}link lost part=overlay cell=7 why="no route" list=\[1\]\n$/
    )
  })

  it('are cut when they are too long', () => {
    const { lines, logger } = capture('json')
    logger.info({ list: Array.from({ length: 5_000 }, () => 'x'.repeat(100)) }, 'y'.repeat(100_000))
    const { msg, cut, list } = JSON.parse(lines[0]!)
    assert.ok(lines[0]!.length < 16 * 1024)
    assert.equal(msg, `${'y'.repeat(1_024)}…`)
    assert.ok(cut > 500_000)
    assert.equal(list, undefined)
  })

  it('survive fields that refer to themselves or are deep', () => {
    const { lines, logger } = capture('json')
    const loop: Record<string, unknown> = { token: HIDDEN }
    loop['self'] = loop
    let deep: object = { secret: HIDDEN }
    for (let level = 0; level < 50; level++) deep = { deep }
    logger.info({ loop, deep }, 'x')
    assert.equal(lines.length, 1)
    assert.ok(!lines[0]!.includes(HIDDEN))
  })

  it('below the level are not written', () => {
    const { lines, logger } = capture('json', 'info')
    logger.debug('quiet')
    logger.child({ a: 1 }).trace('quiet')
    assert.deepEqual(lines, [])
  })
})
