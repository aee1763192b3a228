import assert from 'node:assert/strict'
import { type FlagCode, flagOf, type Signal } from '../../src/refusals/flags.ts'
import { exposesSecret, holdsKeyMaterial, redact } from '../../src/refusals/key-material.ts'
import { type AgentRequest, type RefusalCode, refuse } from '../../src/refusals/refuse.ts'

const SEED_HEX = 'ab'.repeat(32)

interface Refused {
  readonly desc: string
  readonly refused: readonly AgentRequest[]
  readonly code: RefusalCode
  readonly fine: readonly AgentRequest[]
}

const command = (...argv: readonly string[]): AgentRequest => ({ kind: 'command', argv })

const cases: readonly Refused[] = [
  {
    desc: 'puts out no key material',
    refused: [
      { kind: 'output', text: `the seed is ${SEED_HEX}` },
      { kind: 'output', text: '-----BEGIN PRIVATE KEY-----' },
      { kind: 'output', text: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl' }
    ],
    code: 'key-output',
    fine: [{ kind: 'output', text: `runs sha256:${SEED_HEX}` }]
  },
  {
    desc: 'runs nothing that exposes keys',
    refused: [
      command('printenv'),
      command('sh', '-c', 'cat /proc/1/environ'),
      command('docker', 'exec', 'node', 'env'),
      command('gcore', '4711'),
      command('cat', '/var/lib/vault/keys'),
      command('sh', '-c', 'echo $WALLET_SEED')
    ],
    code: 'key-command',
    fine: [
      command('docker', 'compose', 'up', '-d', 'node'),
      command('systemctl', 'restart', 'node')
    ]
  },
  {
    desc: 'signs nothing above a key’s limit',
    refused: [{ kind: 'sign', through: 'vault', used: 100, limit: 100 }],
    code: 'sign-limit',
    fine: [{ kind: 'sign', through: 'vault', used: 99, limit: 100 }]
  },
  {
    desc: 'does not go round the vault',
    refused: [
      { kind: 'sign', through: 'file', used: 0, limit: 100 },
      { kind: 'sign', through: 'process', used: 0, limit: 100 }
    ],
    code: 'vault-bypass',
    fine: [{ kind: 'sign', through: 'vault', used: 0, limit: 100 }]
  },
  {
    desc: 'does not ignore odd signing',
    refused: [{ kind: 'dismiss-flag', flag: 'odd-key-use', byOperator: false }],
    code: 'ignore-signing',
    fine: [{ kind: 'dismiss-flag', flag: 'odd-key-use', byOperator: true }]
  },
  {
    desc: 'takes no unverified remediation from peers',
    refused: [{ kind: 'remediation', source: 'peer', certified: false }],
    code: 'unverified-peer',
    fine: [
      { kind: 'remediation', source: 'peer', certified: true },
      { kind: 'remediation', source: 'rule', certified: false }
    ]
  }
]

describe('must refuse', () => {
  for (const { desc, refused, code, fine } of cases) {
    it(desc, () => {
      for (const request of refused) assert.equal(refuse(request), code, JSON.stringify(request))
      for (const request of fine) assert.equal(refuse(request), undefined, JSON.stringify(request))
    })
  }
})

const flags: readonly { desc: string; raises: Signal; code: FlagCode; fine?: Signal }[] = [
  {
    desc: 'odd key use',
    raises: { kind: 'key-use', key: 'vote', count: 41, usual: 10 },
    code: 'odd-key-use',
    fine: { kind: 'key-use', key: 'vote', count: 40, usual: 10 }
  },
  {
    desc: 'a process that touches the vault',
    raises: { kind: 'vault-touched', by: 'pid 4711', allowed: false },
    code: 'vault-touched',
    fine: { kind: 'vault-touched', by: 'vault', allowed: true }
  },
  {
    desc: 'a signing request from an unknown source',
    raises: { kind: 'sign-request', from: 'uid 1007', known: false },
    code: 'unknown-signer',
    fine: { kind: 'sign-request', from: 'node', known: true }
  },
  {
    desc: 'traffic that looks like exfiltration',
    raises: { kind: 'traffic', service: 'kyc', outBytes: 9e8, usualBytes: 1e6, known: true },
    code: 'exfiltration-like',
    fine: { kind: 'traffic', service: 'kyc', outBytes: 9e8, usualBytes: 5e8, known: true }
  },
  {
    desc: 'a core dump or swap of a process that holds keys',
    raises: { kind: 'memory-spill', how: 'core-dump', process: 'vault' },
    code: 'memory-spill'
  }
]

describe('must flag', () => {
  for (const { desc, raises, code, fine } of flags) {
    it(desc, () => {
      assert.equal(flagOf(raises)?.code, code)
      if (fine !== undefined) assert.equal(flagOf(fine), undefined)
    })
  }
})

describe('key material', () => {
  it('knows secrets in an environment from settings', () => {
    const secrets: readonly [string, string][] = [
      ['WALLET_SEED', SEED_HEX],
      ['DB_PASSWORD', 'hunter2'],
      ['SURI', '//Alice'],
      ['SETTINGS', `0x${SEED_HEX}`],
      ['GITHUB', `ghp_${'a1'.repeat(18)}`]
    ]
    const settings: readonly [string, string][] = [
      ['PATH', '/usr/bin:/bin'],
      ['DB_PASSWORD_FILE', '/run/secrets/db'],
      ['API_TOKEN', ''],
      ['MAX_TOKENS', '4096'],
      ['GENESIS_HASH', `0x${SEED_HEX}`],
      ['KEY_DIR', '/var/keys']
    ]
    for (const [name, value] of secrets) assert.ok(exposesSecret(name, value), name)
    for (const [name, value] of settings) assert.ok(!exposesSecret(name, value), name)
  })

  it('leaves nothing of a secret in a log', () => {
    const log = `started\napi_key=hunter22\nseed ${SEED_HEX}\nready`
    const clean = redact(log)
    assert.equal(clean, 'started\napi_key=[redacted]\n[redacted]\nready')
    assert.ok(!holdsKeyMaterial(clean))
  })
})
