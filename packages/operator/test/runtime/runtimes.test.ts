import { createCatalogue } from '../../src/catalogue/parse.ts'
import type { ServiceSpec } from '../../src/catalogue/types.ts'
import { World } from '../../src/drill/world.ts'
import { EngineClient } from '../../src/engine-api/client.ts'
import { OperatorError } from '../../src/errors.ts'
import { runtimeByKind } from '../../src/runtime/by-kind.ts'
import type { RunCommand } from '../../src/runtime/command.ts'
import { DockerRuntime } from '../../src/runtime/docker.ts'
import { ProcessRuntime } from '../../src/runtime/process.ts'
import { FakeEngine } from '../fake-engine/fake-engine.ts'
import { type RuntimeUnderTest, runtimeCompliance } from './compliance.ts'

function spec(name: string, runtime: 'container' | 'process'): ServiceSpec {
  const networks = runtime === 'process' ? [] : [{ network: 'mesh-net', aliases: [name] }]
  const rest = { dependsOn: [], networks, checks: [], hooks: {}, startMs: 2_000, graceMs: 500 }
  return { name, runtime, target: `stack-${name}-1`, ...rest }
}

async function fakeEngine(): Promise<RuntimeUnderTest> {
  const service = spec('node', 'container')
  const absent = spec('gone', 'container')
  const catalogue = createCatalogue([service, absent])
  const world = new World(catalogue)
  world.inject({ atMs: 0, fault: 'remove', service: 'gone' })
  const engine = new FakeEngine({ world, catalogue })
  await engine.start()
  const client = new EngineClient({ socketPath: engine.socketPath })
  const docker = new DockerRuntime(client)
  return {
    runtime: {
      look: async of => await docker.look(of),
      act: async (kind, of) => await docker.act(kind, of),
      undo: async (kind, of, before) => await docker.undo(kind, of, before),
      resolves: async (from, host) => await docker.resolves(from, host),
      logs: async of => await docker.logs(of),
      watch: onChange =>
        docker.watch(target => {
          engine.heard++
          onChange(target)
        })
    },
    service,
    absent,
    tells: true,
    kill: async () => world.inject({ atMs: 0, fault: 'exit', service: 'node' }),
    detach: async () => world.inject({ atMs: 0, fault: 'disconnect', service: 'node' }),
    async close() {
      client.close()
      await engine.stop()
    }
  }
}

/** systemd with one unit. */
async function supervisor(): Promise<RuntimeUnderTest> {
  const service = spec('node', 'process')
  let active = true
  const run: RunCommand = async argv => {
    const [program, verb] = argv
    const known = argv.at(-1) === service.target
    if (program === 'journalctl') return 'hello\nSECRET_TOKEN=hunter2222\n'
    if (verb === 'show') {
      return `LoadState=${known ? 'loaded' : 'not-found'}\nActiveState=${active ? 'active' : 'failed'}\n`
    }
    if (!known) throw new OperatorError('ACTION_FAILED', 'systemctl failed: run it by hand to see')
    active = true
    return ''
  }
  return {
    runtime: new ProcessRuntime(run),
    service,
    absent: spec('gone', 'process'),
    tells: false,
    async kill() {
      active = false
    },
    close: async () => undefined
  }
}

runtimeCompliance('Docker’s API', fakeEngine)
runtimeCompliance('systemd', supervisor)
for (const [kind, create] of [
  ['containers', fakeEngine],
  ['processes', supervisor]
] as const) {
  runtimeCompliance(`a runtime by kind, for ${kind},`, async () => {
    const under = await create()
    const other = await supervisor()
    const kinds = { container: under.runtime, process: other.runtime }
    if (under.service.runtime === 'process') Object.assign(kinds, { process: under.runtime })
    return { ...under, runtime: runtimeByKind(kinds) }
  })
}
