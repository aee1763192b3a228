import assert from 'node:assert/strict'
import { leanRestart, type RestartInput } from '../src/lean-restart.ts'

const demo: RestartInput = {
  argv: ['node', 'main.ts', 'demo', '--nodes', '8'],
  execPath: '/bin/node',
  execArgv: ['--conditions=x'],
  env: { HOME: '/home/ada', GONE: undefined },
  platform: 'linux'
}

describe('a lean restart', () => {
  it('keeps all arguments and the environment', () => {
    assert.deepEqual(leanRestart(demo), {
      argv: [
        ...['/bin/node', '--max-semi-space-size=16', '--conditions=x'],
        ...['main.ts', 'demo', '--nodes', '8']
      ],
      env: { HOME: '/home/ada', MALLOC_ARENA_MAX: '2' }
    })
  })

  const staying: [string, Partial<RestartInput>][] = [
    ['after it', { env: { MALLOC_ARENA_MAX: '2' } }],
    ['of a command without hosts', { argv: ['node', 'main.ts', 'status'] }],
    ['without a command', { argv: ['node', 'main.ts'] }],
    ['on another platform', { platform: 'darwin' }]
  ]
  for (const [when, change] of staying) {
    it(`isn't made ${when}`, () => assert.equal(leanRestart({ ...demo, ...change }), undefined))
  }

  it('leaves a size that somebody chose', () => {
    const chosen = leanRestart({ ...demo, execArgv: ['--max-semi-space-size=64'] })
    assert.deepEqual(chosen?.argv.slice(0, 3), ['/bin/node', '--max-semi-space-size=64', 'main.ts'])
  })
})
