import type { ServiceSpec } from '../../src/catalogue/types.ts'
import { EngineClient } from '../../src/engine-api/client.ts'
import { DockerRuntime } from '../../src/runtime/docker.ts'
import { runtimeCompliance } from '../runtime/compliance.ts'
import { type RealEngine, startEngine, whyNoEngine } from './engine.ts'

const START_MS = 60_000
const NETWORK = 'mesh-net'
/** A shell does not end by itself when it is told to. */
const SERVE = 'trap "exit 0" TERM; echo SECRET_TOKEN=hunter2222; sleep 1000000 & wait'

const rest = { dependsOn: [], checks: [], hooks: {}, startMs: 5_000, graceMs: 500 }
const spec = (name: string): ServiceSpec => ({
  ...{ name, runtime: 'container', target: `stack-${name}-1`, ...rest },
  networks: [{ network: NETWORK, aliases: [name] }]
})

const why = await whyNoEngine()

describe('a real engine', function () {
  this.timeout(START_MS)
  if (why !== undefined) {
    process.stdout.write(`    skipped the compliance of a real engine: ${why}\n`)
    return
  }
  let engine: RealEngine

  before(async () => {
    engine = await startEngine()
    await engine.docker('network', 'create', NETWORK)
  })

  after(() => engine.stop())

  runtimeCompliance('Docker’s API, a real engine behind it,', async () => {
    const service = spec('node')
    const { target } = service
    const place = ['--network', NETWORK, '--network-alias', 'node']
    const command = ['local/busybox', 'sh', '-c', SERVE]
    await engine.docker('run', '-d', '--name', target, ...place, ...command)
    const client = new EngineClient({ socketPath: engine.socketPath })
    return {
      runtime: new DockerRuntime(client),
      service,
      absent: spec('gone'),
      tells: true,
      kill: async () => void (await engine.docker('kill', target)),
      detach: async () => void (await engine.docker('network', 'disconnect', NETWORK, target)),
      async close() {
        client.close()
        await engine.docker('rm', '-f', target)
      }
    }
  })
})
