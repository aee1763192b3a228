import assert from 'node:assert/strict'
import {
  type Bench,
  type BenchFate,
  codeOf,
  complies
} from '../../../upgrade/test/execute/compliance.ts'
import { createCatalogue } from '../../src/catalogue/parse.ts'
import type { ServiceSpec } from '../../src/catalogue/types.ts'
import { EngineClient } from '../../src/engine-api/client.ts'
import { DockerRuntime } from '../../src/runtime/docker.ts'
import { ContainerExecutor } from '../../src/upgrade/container-executor.ts'
import { UpgradeEngine } from '../../src/upgrade/engine.ts'
import type { ExecutionStep, UpgradeJob } from '../../src/upgrade/port.ts'
import { type Behaviour, type FakeImage, FakeUpgradeEngine } from './fake-upgrade-engine.ts'

const hex = (digit: string): string => digit.repeat(64)
const REPOSITORY = 'registry.example/node'
const WAYS: readonly ExecutionStep[] = ['preflight', 'stage', 'probe', 'swap', 'heal', 'verify']

function service(name: string, dependsOn: readonly string[]): ServiceSpec {
  return {
    ...{ name, target: name, dependsOn, runtime: 'container', checks: [], hooks: {} },
    networks: [{ network: 'mesh', aliases: [`${name}-alias`] }],
    ...{ startMs: 1_000, graceMs: 0 }
  }
}

const catalogue = createCatalogue([
  service('node', []),
  service('wallet', ['node']),
  service('faucet', ['wallet'])
])

const OLD: FakeImage = {
  ...{ sha256: hex('a'), repository: REPOSITORY, sizeBytes: 1_000, behaviour: 'good' },
  config: { Cmd: ['run', '--v1'], Env: ['PATH=/bin', 'V=1'], Labels: { built: 'monday' } }
}

interface ContainerBench extends Bench {
  readonly fake: FakeUpgradeEngine
  readonly executor: ContainerExecutor
}

async function bench(fate: BenchFate | 'dies-later'): Promise<ContainerBench> {
  const behaviour: Behaviour = fate === 'wrong-bytes' ? 'good' : fate
  const next: FakeImage = {
    ...{ sha256: hex('b'), repository: REPOSITORY, behaviour },
    // An image that is larger than was voted is another one.
    sizeBytes: fate === 'wrong-bytes' ? 2_001 : 2_000,
    config: { Cmd: ['run', '--v2'], Env: ['PATH=/bin', 'V=2'] }
  }
  const fake = new FakeUpgradeEngine()
  await fake.start()
  fake.images.push(OLD)
  fake.registry.push(next)
  const env = { Env: ['PATH=/bin', 'V=1', 'KEEP=me'] }
  fake.run('node', OLD, { mesh: ['node-alias', 'rpc', '000000000000'], other: ['node2'] }, env)
  fake.run('wallet', OLD, { mesh: ['wallet-alias'] })
  fake.run('faucet', OLD, { mesh: ['faucet-alias'] })
  const client = new EngineClient({ socketPath: fake.socketPath })
  const engine = new UpgradeEngine(fake.socketPath)
  const executor = new ContainerExecutor({
    engine,
    runtime: new DockerRuntime(client),
    catalogue,
    node: { missing: () => Promise.resolve([]) },
    settleMs: 0,
    lookMs: 1
  })
  const job: UpgradeJob = {
    plan: hex('9'),
    service: 'node',
    kind: 'container-image',
    version: 2,
    artefact: { platform: 'linux-x64', sha256: hex('b'), sizeBytes: 2_000, location: REPOSITORY },
    previous: { sha256: OLD.sha256 },
    preflight: [],
    timeouts: {
      ...{ stageMs: 5_000, probeMs: fate === 'never-ready' ? 200 : 5_000, swapMs: 5_000 },
      ...{ verifyMs: 5_000, rollbackMs: 5_000, bakeMs: 0 }
    }
  }
  return {
    ...{ fake, executor, job },
    runs: () => {
      const found = fake.containers.get('node')
      return Promise.resolve(found?.status === 'running' ? found.image.sha256 : undefined)
    },
    async close() {
      engine.close()
      client.close()
      await fake.stop()
    }
  }
}

async function using(
  fate: BenchFate | 'dies-later',
  work: (bench: ContainerBench) => Promise<void>
): Promise<void> {
  const at = await bench(fate)
  await work(at).finally(() => at.close())
}

const NAMES = ['faucet', 'node', 'wallet']

describe('container executor', () => {
  complies(bench)

  it('gives the new container the old one’s settings, networks, names and volumes', () =>
    using('good', async ({ executor, job, fake }) => {
      for (const step of WAYS) assert.equal(codeOf(await executor.run(step, job)), 'ok', step)
      const node = fake.containers.get('node')!
      assert.deepEqual(node.config['Cmd'], ['run', '--v2'])
      assert.deepEqual(node.config['Env'], ['KEEP=me'])
      assert.deepEqual(node.config['Labels'], {})
      assert.deepEqual(node.hostConfig['Binds'], ['data:/data'])
      assert.deepEqual(node.hostConfig['RestartPolicy'], { Name: 'always' })
      assert.deepEqual(Object.fromEntries(node.networks), {
        mesh: { Aliases: ['node-alias', 'rpc'] },
        other: { Aliases: ['node2'] }
      })
      assert.deepEqual(
        [...fake.containers.keys()].sort(),
        [...NAMES, 'node.old.999999999999'].sort()
      )
      await executor.run('clean', job)
      assert.deepEqual([...fake.containers.keys()].sort(), NAMES)
    }))

  it('heals dependents: names put back, the unwell restarted, nearest first', () =>
    using('good', async ({ executor, job, fake }) => {
      for (const step of WAYS.slice(0, 4)) await executor.run(step, job)
      fake.containers.get('node')!.networks.set('mesh', { Aliases: [] })
      for (const name of ['wallet', 'faucet']) fake.containers.get(name)!.status = 'exited'
      const from = fake.requests.length
      assert.equal(codeOf(await executor.run('heal', job)), 'ok')
      const done = fake.requests.slice(from).filter(line => line.startsWith('POST'))
      assert.deepEqual(
        done.map(line => line.split('?')[0]),
        [
          'POST /networks/mesh/disconnect',
          'POST /networks/mesh/connect',
          'POST /containers/wallet/restart',
          'POST /containers/faucet/restart'
        ]
      )
      assert.ok(
        (fake.containers.get('node')!.networks.get('mesh')!['Aliases'] as string[]).includes(
          'node-alias'
        )
      )
    }))

  it('wherever the engine goes away, the next try ends well', async () => {
    for (let at = 0; ; at++) {
      let isPast = false
      await using('good', async ({ executor, job, fake, runs }) => {
        for (const step of WAYS.slice(0, 3)) await executor.run(step, job)
        fake.diesAt = fake.requests.length + at
        isPast = codeOf(await executor.run('swap', job)) === 'ok'
        fake.diesAt = Number.POSITIVE_INFINITY
        // Odd ones go on, even ones back.
        const [step, digest] =
          at % 2 === 1 ? (['swap', hex('b')] as const) : (['rollback', hex('a')] as const)
        assert.deepEqual(await executor.run(step, job), { ok: true, digest }, `${step} after ${at}`)
        assert.equal(await runs(), digest)
        assert.deepEqual(fake.containers.get('node')!.hostConfig['RestartPolicy'], {
          Name: 'always'
        })
        assert.equal(codeOf(await executor.run('clean', job)), 'ok')
        assert.deepEqual([...fake.containers.keys()].sort(), NAMES)
      })
      if (isPast) return assert.ok(at > 8, `${at} requests only`)
    }
  })

  it('wherever the engine goes away in a rollback, the next try ends well', async () => {
    for (let at = 0; ; at++) {
      let isPast = false
      await using('good', async ({ executor, job, fake, runs }) => {
        for (const step of WAYS.slice(0, 4)) await executor.run(step, job)
        fake.diesAt = fake.requests.length + at
        isPast = codeOf(await executor.run('rollback', job)) === 'ok'
        fake.diesAt = Number.POSITIVE_INFINITY
        assert.equal(codeOf(await executor.run('rollback', job)), 'ok', `after ${at}`)
        assert.equal(await runs(), hex('a'))
        assert.deepEqual(fake.containers.get('node')!.hostConfig['RestartPolicy'], {
          Name: 'always'
        })
      })
      if (isPast) return assert.ok(at > 8, `${at} requests only`)
    }
  })

  it('a container that dies after it was healthy is found out, and rolled back', () =>
    using('dies-later', async ({ executor, job, runs }) => {
      for (const step of WAYS.slice(0, 4))
        assert.equal(codeOf(await executor.run(step, job)), 'ok', step)
      assert.equal(codeOf(await executor.run('verify', job)), 'ok')
      assert.equal(codeOf(await executor.run('verify', job)), 'died')
      assert.deepEqual(await executor.run('rollback', job), { ok: true, digest: hex('a') })
      assert.equal(await runs(), hex('a'))
    }))

  it('a registry that hasn’t got the image, an image that isn’t the old one, no way back', () =>
    using('good', async ({ executor, job, fake }) => {
      const code = async (step: ExecutionStep, changes: Partial<UpgradeJob>): Promise<string> =>
        codeOf(await executor.run(step, { ...job, ...changes }))
      const elsewhere = { ...job.artefact, location: 'registry.example/else' }
      assert.equal(await code('stage', { artefact: elsewhere }), 'download-failed')
      assert.equal(await code('preflight', { previous: { sha256: hex('c') } }), 'wrong-previous')
      assert.equal(await code('preflight', { service: 'nothing' }), 'not-ready')
      fake.containers.get('node')!.hostConfig['AutoRemove'] = true
      assert.equal(await code('preflight', {}), 'not-ready')
    }))
})
