import assert from 'node:assert/strict'
import { codeOf } from '../../../upgrade/test/execute/compliance.ts'
import { createCatalogue } from '../../src/catalogue/parse.ts'
import type { ServiceSpec } from '../../src/catalogue/types.ts'
import { EngineClient } from '../../src/engine-api/client.ts'
import { DockerRuntime } from '../../src/runtime/docker.ts'
import { ContainerExecutor } from '../../src/upgrade/container-executor.ts'
import { UpgradeEngine } from '../../src/upgrade/engine.ts'
import type { ExecutionStep, UpgradeJob } from '../../src/upgrade/port.ts'
import { type RealEngine, startEngine, whyNoEngine } from '../real-engine/engine.ts'

const START_MS = 120_000
const IMAGE = 'local/busybox'
const NETWORK = 'upgrade-test'
const WAY: readonly ExecutionStep[] = ['preflight', 'stage', 'probe', 'swap', 'heal', 'verify']

const why = await whyNoEngine()

describe('container executor on a real engine', () => {
  if (why !== undefined) {
    process.stdout.write(`    skipped: ${why}\n`)
    return
  }
  let engine: RealEngine
  let client: EngineClient
  let door: UpgradeEngine
  const images = new Map<string, string>()

  const spec = (name: string, dependsOn: readonly string[]): ServiceSpec => ({
    ...{ name, target: name, dependsOn, runtime: 'container', checks: [], hooks: {} },
    networks: [{ network: NETWORK, aliases: [`${name}-alias`] }],
    ...{ startMs: 5_000, graceMs: 0 }
  })
  const catalogue = createCatalogue([
    spec('node', []),
    spec('wallet', ['node']),
    spec('faucet', ['wallet'])
  ])

  const healthOf = (asks: string): string[] => [
    ...['--health-cmd', asks, '--health-interval', '300ms'],
    ...['--health-retries', '2', '--health-timeout', '3s']
  ]

  /** The same image with another command: it serves a page, ends at once, or never serves. */
  async function bake(tag: string, script: string): Promise<void> {
    await engine.docker('create', '--name', 'bake', IMAGE, 'true')
    const cmd = `CMD ${JSON.stringify(['sh', '-c', script])}`
    await engine.docker('commit', '--change', cmd, 'bake', `local/node:${tag}`)
    await engine.docker('rm', 'bake')
    const id = await engine.docker('image', 'inspect', '-f', '{{.Id}}', `local/node:${tag}`)
    images.set(tag, id.replace('sha256:', ''))
  }

  before(async function () {
    this.timeout(START_MS)
    engine = await startEngine()
    client = new EngineClient({ socketPath: engine.socketPath })
    door = new UpgradeEngine(engine.socketPath)
    const serve = 'touch /www/ok; httpd -h /www; while sleep 1000; do :; done'
    await bake('1', serve)
    await bake('2', `: 2; ${serve}`)
    await bake('bad', 'exit 3')
    await bake('silent', 'while sleep 1000; do :; done')
    await engine.docker('network', 'create', NETWORK)
  })

  beforeEach(async function () {
    this.timeout(START_MS)
    const place = (name: string): string[] => [
      '--network',
      NETWORK,
      '--network-alias',
      `${name}-alias`
    ]
    const own = ['--restart', 'always', '-e', 'KEEP=me', ...healthOf('test -e /www/ok')]
    await engine.docker('run', '-d', '--name', 'node', ...place('node'), ...own, 'local/node:1')
    for (const [name, upstream] of [
      ['wallet', 'node'],
      ['faucet', 'wallet']
    ] as const) {
      const asks = `ask ${upstream}-alias`
      const health = healthOf(asks)
      await engine.docker('run', '-d', '--name', name, ...place(name), ...health, 'local/node:1')
    }
  })

  afterEach(async function () {
    this.timeout(START_MS)
    const names = (await engine.docker('ps', '-aq')).split('\n').filter(id => id !== '')
    await engine.docker('rm', '-f', ...names)
  })

  after(async function () {
    this.timeout(START_MS)
    client.close()
    door.close()
    await engine.stop()
  })

  const executor = (): ContainerExecutor =>
    new ContainerExecutor({
      engine: door,
      runtime: new DockerRuntime(client),
      catalogue,
      node: { missing: () => Promise.resolve([]) },
      settleMs: 1_000
    })

  const jobTo = (tag: string): UpgradeJob => ({
    ...{ plan: '9'.repeat(64), service: 'node', kind: 'container-image', version: 2 },
    artefact: {
      ...{ platform: 'linux-x64', sha256: images.get(tag)! },
      ...{ sizeBytes: 1_000_000_000, location: 'local/node' }
    },
    previous: { sha256: images.get('1')! },
    preflight: [],
    timeouts: {
      ...{ stageMs: 10_000, probeMs: tag === 'silent' ? 2_000 : 20_000, swapMs: 20_000 },
      ...{ verifyMs: 30_000, rollbackMs: 30_000, bakeMs: 0 }
    }
  })

  const names = async (): Promise<string[]> =>
    (await engine.docker('ps', '-a', '--format', '{{.Names}}')).split('\n').sort()

  const inspect = (name: string, format: string): Promise<string> =>
    engine.docker('inspect', '-f', format, name)

  it('upgrades, heals two dependents and rolls back', async function () {
    this.timeout(START_MS)
    const at = executor()
    const job = jobTo('2')
    for (const step of WAY) {
      const startMs = performance.now()
      const outcome = await at.run(step, job)
      process.stdout.write(`      ${step}: ${Math.round(performance.now() - startMs)} ms\n`)
      assert.equal(codeOf(outcome), 'ok', JSON.stringify(outcome))
    }
    assert.equal(await inspect('node', '{{.Image}}'), `sha256:${images.get('2')}`)
    assert.match(await inspect('node', '{{.Config.Env}}'), /KEEP=me/)
    assert.equal(await inspect('node', '{{.HostConfig.RestartPolicy.Name}}'), 'always')
    await engine.docker('exec', 'wallet', 'ask', 'node-alias')
    assert.equal(codeOf(await at.run('rollback', job)), 'ok')
    assert.equal(await inspect('node', '{{.Image}}'), `sha256:${images.get('1')}`)
    assert.equal(await inspect('node', '{{.HostConfig.RestartPolicy.Name}}'), 'always')
    assert.equal(codeOf(await at.run('clean', job)), 'ok')
    assert.deepEqual(await names(), ['faucet', 'node', 'wallet'])
  })

  for (const [tag, code] of [
    ['bad', 'start-failed'],
    ['silent', 'not-in-time']
  ] as const) {
    it(`an image that is ${tag} is found out in its probe, the old one never stops`, async function () {
      this.timeout(START_MS)
      const at = executor()
      const job = jobTo(tag)
      const startedAt = await inspect('node', '{{.State.StartedAt}}')
      assert.equal(codeOf(await at.run('stage', job)), 'ok')
      assert.equal(codeOf(await at.run('probe', job)), code)
      assert.equal(await inspect('node', '{{.State.StartedAt}}'), startedAt)
      assert.deepEqual(await names(), ['faucet', 'node', 'wallet'])
    })
  }
})
