import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  ConfigError,
  type ConfigInit,
  configPage,
  environmentName,
  flagName,
  resolveConfig,
  SETTING_KEYS,
  type SettingKey
} from '../../src/config/index.ts'
import { assertCurrent } from '../api/support/doc-file.ts'

const file = (text: string): ConfigInit => ({ file: { path: 'config.toml', text } })

function problemsOf(init: ConfigInit): readonly string[] {
  try {
    resolveConfig(init)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    assert.equal(error.code, 'CONFIG_INVALID')
    assert.ok(error.message.startsWith(error.problems[0]!))
    for (const problem of error.problems) assert.doesNotMatch(problem, /\n/)
    return error.problems
  }
  assert.fail('was accepted')
}

function sourceOf(init: ConfigInit, key: SettingKey): string {
  const { value, where } = resolveConfig(init)
    .explain()
    .find(entry => entry.key === key)!
  return `${JSON.stringify(value)} from ${where}`
}

describe('configuration', () => {
  it('needs nothing: the defaults are a node on this machine only', () => {
    const { config } = resolveConfig({})
    assert.equal(config.preset, 'local')
    assert.equal(config.listen.address, '/ip4/127.0.0.1/tcp/4801')
    assert.deepEqual(config.api, { host: '127.0.0.1', port: 4_800 })
    assert.deepEqual(config.overlay, {
      maxLinks: 16,
      dialsInParallel: 4,
      dialTimeoutMs: 5_000
    })
  })

  it('takes a value from the last of default, preset, file, environment and flag', () => {
    const key = 'overlay.dialTimeoutMs'
    const steps: [ConfigInit, string][] = [
      [{}, '5000 from default'],
      [file('preset = "wan"'), '15000 from preset wan'],
      [file('preset = "wan"\n\n[overlay]\ndialTimeoutMs = 700'), '700 from config.toml:4'],
      [
        { ...file('overlay.dialTimeoutMs = 700'), env: { [environmentName(key)]: '800' } },
        '800 from TORUSMESH_OVERLAY_DIAL_TIMEOUT_MS'
      ],
      [
        { env: { [environmentName(key)]: '800' }, flags: { [key]: '900' } },
        '900 from --overlay-dial-timeout-ms'
      ]
    ]
    for (const [init, expected] of steps) assert.equal(sourceOf(init, key), expected)
  })

  it('takes the preset itself from any source', () => {
    assert.equal(
      sourceOf(
        { ...file('preset = "rack"'), env: { TORUSMESH_PRESET: 'wan' } },
        'overlay.dialsInParallel'
      ),
      '8 from preset wan'
    )
    assert.equal(
      resolveConfig({ flags: { preset: 'rack' } }).config.listen.address,
      '/ip4/0.0.0.0/tcp/4801'
    )
  })

  it('reads switches from files and from text', () => {
    const key = 'health.datagrams'
    assert.equal(sourceOf(file('[health]\ndatagrams = false'), key), 'false from config.toml:2')
    assert.equal(sourceOf({ flags: { [key]: 'false' } }, key), 'false from --health-datagrams')
    assert.equal(
      sourceOf(
        { ...file('health.datagrams = false'), env: { [environmentName(key)]: 'true' } },
        key
      ),
      'true from TORUSMESH_HEALTH_DATAGRAMS'
    )
  })

  it('reads lists from files and, separated by commas, from the environment', () => {
    const addresses = ['/dns4/a.example/tcp/1', '/ip6/2001:db8::1/tcp/2']
    const inFile = file(`[listen]\nannounce = ${JSON.stringify(addresses)}`)
    const inEnv = { env: { TORUSMESH_LISTEN_ANNOUNCE: addresses.join(', ') } }
    for (const init of [inFile, inEnv]) {
      assert.deepEqual(resolveConfig(init).config.listen.announce, addresses)
    }
  })

  const refusals: { desc: string; init: ConfigInit; problems: (string | RegExp)[] }[] = [
    {
      desc: 'an unknown key, with its line and the nearest allowed one',
      init: file('env = "dev"\n\n[overlay]\nmaxLink = 9'),
      problems: [
        'config.toml:4: unknown key overlay.maxLink; the nearest allowed key is overlay.maxLinks'
      ]
    },
    {
      desc: 'a key outside its section',
      init: file('port = 4800'),
      problems: ['config.toml:1: unknown key port; the nearest allowed key is api.port']
    },
    {
      desc: 'a key like no other, with those allowed in its section',
      init: file('[log]\nsyslogFacility = "x"'),
      problems: ['config.toml:2: unknown key log.syslogFacility; allowed are log.level, log.format']
    },
    {
      desc: 'an unknown section that is empty',
      init: file('[metrics]'),
      problems: [/^config.toml:1: unknown key metrics; allowed are env, preset, listen.address/]
    },
    {
      desc: 'a value where a section belongs',
      init: file('api = 4800'),
      problems: [/^config.toml:1: unknown key api; /]
    },
    {
      desc: 'a section where a value belongs',
      init: file('[env]\nname = "dev"'),
      problems: [
        'config.toml:1: env = {"name":"dev"} is not one of dev, beta, mainnet; correct it or leave it out'
      ]
    },
    {
      desc: 'a number out of range, with the range',
      init: file('[overlay]\n# how many\nmaxLinks = 900'),
      problems: [
        'config.toml:3: overlay.maxLinks = 900 is not an integer from 8 to 64; correct it or leave it out'
      ]
    },
    {
      desc: 'a fraction, a string for a number, a number for a string',
      init: file(
        '[health]\nepochMs = 10000.5\n[overlay]\ndialTimeoutMs = "1000"\n[log]\nlevel = 3'
      ),
      problems: [
        /health.epochMs = 10000.5 is/,
        /overlay.dialTimeoutMs = "1000" is/,
        /log.level = 3 is/
      ]
    },
    {
      desc: 'an address that is no TCP multiaddr',
      init: file('[listen]\naddress = "0.0.0.0:4801"\nannounce = ["/ip4/1.2.3.4/udp/9"]'),
      problems: [
        /^config.toml:2: listen.address = "0.0.0.0:4801" is not a TCP multiaddr such as /,
        /^config.toml:3: listen.announce = \["\/ip4\/1.2.3.4\/udp\/9"\] is not a list of at most 8/
      ]
    },
    {
      desc: 'an API that others could reach',
      init: { flags: { 'api.host': '0.0.0.0' } },
      problems: [/^--api-host: api.host = "0.0.0.0" is not a loopback host \(.*need TLS/]
    },
    {
      desc: 'what an environment variable can not mean',
      init: { env: { TORUSMESH_API_PORT: 'tcp://10.0.0.1:80' } },
      problems: [
        /^TORUSMESH_API_PORT: api.port = "tcp:\/\/10.0.0.1:80" is not an integer from 0 to 65535/
      ]
    },
    {
      desc: 'a switch that is neither on nor off',
      init: { ...file('[health]\ndatagrams = 1'), env: { TORUSMESH_HEALTH_DATAGRAMS: 'yes' } },
      problems: [
        /^config.toml:2: health.datagrams = 1 is not true or false/,
        /^TORUSMESH_HEALTH_DATAGRAMS: health.datagrams = "yes" is not true or false/
      ]
    },
    {
      desc: 'an unknown flag',
      init: { flags: { 'log.levle': 'info' } },
      problems: ['unknown key log.levle; the nearest allowed key is log.level']
    },
    {
      desc: 'a wrong value even where a flag replaces it',
      init: { ...file('[api]\nport = -1'), flags: { 'api.port': '0' } },
      problems: [/^config.toml:2: api.port = -1 /]
    },
    {
      desc: 'a text that is not TOML, with its line',
      init: file('env = "dev"\npreset = wan'),
      problems: [/^config.toml:2: not valid TOML \(.+\); correct that line$/]
    },
    {
      desc: 'a key that would reach into the prototype',
      init: file('__proto__ = 1'),
      problems: [/^config.toml:1: not valid TOML/]
    },
    {
      desc: 'more dials at once than links',
      init: file('[overlay]\nmaxLinks = 8\ndialsInParallel = 9'),
      problems: ['overlay.dialsInParallel = 9 exceeds overlay.maxLinks = 8; lower dialsInParallel']
    },
    {
      desc: 'one port for two listeners',
      init: { flags: { 'api.port': '4801' } },
      problems: ['listen.address and api.port both take port 4801; change one of them']
    },
    {
      desc: 'a mainnet node that nobody can reach',
      init: { flags: { env: 'mainnet' } },
      problems: [/^env = mainnet, but listen.address = .* reaches this machine only; set preset/]
    }
  ]
  for (const { desc, init, problems } of refusals) {
    it(`refuses ${desc}`, () => {
      const found = problemsOf(init)
      assert.equal(found.length, problems.length, found.join('\n'))
      for (const [index, problem] of problems.entries()) {
        if (typeof problem === 'string') assert.equal(found[index], problem)
        else assert.match(found[index]!, problem)
      }
    })
  }

  it('says how many problems there are beside the first', () => {
    const wrong = file('a = 1\nb = 2\nc = 3')
    assert.throws(() => resolveConfig(wrong), { message: /^config.toml:1: .* \(and 2 more\)$/ })
  })

  it('passes over variables that an orchestrator injects', () => {
    const env = { TORUSMESH_SERVICE_HOST: '10.0.0.1', TORUSMESH_PORT: 'tcp://x', TORUSMESH_ENV: '' }
    assert.equal(resolveConfig({ env }).config.env, 'dev')
  })

  it('is frozen, sections and lists included', () => {
    const { config } = resolveConfig({})
    for (const held of [config, config.api, config.listen.announce]) {
      assert.ok(Object.isFrozen(held))
    }
  })

  it('explains every setting once, with values that are those of the config', () => {
    const { config, explain } = resolveConfig(file('[ledger]\ncacheMb = 3'))
    assert.deepEqual(
      explain().map(({ key }) => key),
      SETTING_KEYS
    )
    for (const { key, value } of explain()) {
      const [section, name] = key.split('.') as [keyof typeof config, string?]
      const held = config[section] as unknown
      assert.deepEqual(name === undefined ? held : (held as Record<string, unknown>)[name], value)
    }
  })

  it('gives every setting its own variable and flag', () => {
    assert.equal(new Set(SETTING_KEYS.map(environmentName)).size, SETTING_KEYS.length)
    assert.equal(new Set(SETTING_KEYS.map(flagName)).size, SETTING_KEYS.length)
    assert.equal(
      environmentName('ledger.checkpointEveryMs'),
      'TORUSMESH_LEDGER_CHECKPOINT_EVERY_MS'
    )
    assert.equal(flagName('overlay.maxLinks'), '--overlay-max-links')
  })

  it('either resolves any text or says in one line why not', () => {
    const word = fc.constantFrom(
      'api',
      'overlay',
      'maxLinks',
      'port',
      'x',
      '[',
      ']',
      '=',
      '.',
      '"',
      '\n',
      '9',
      '{',
      '}'
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(word, { maxLength: 24 }).map(words => words.join(''))
    )
    fc.assert(
      fc.property(texts, text => {
        try {
          resolveConfig(file(text))
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error))
          assert.doesNotMatch(error.message, /[\n\r]/)
        }
      }),
      { seed: 7, numRuns: 500 }
    )
  })

  it('is documented in docs/config.md', () => assertCurrent('config.md', configPage()))
})
