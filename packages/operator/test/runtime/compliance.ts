import assert from 'node:assert/strict'
import type { ServiceSpec } from '../../src/catalogue/types.ts'
import { OperatorError } from '../../src/errors.ts'
import type { ActionKind } from '../../src/remedy/actions.ts'
import type { ContainerRuntime } from '../../src/runtime/types.ts'

/** A runtime with one service that runs and one that isn't there. */
export interface RuntimeUnderTest {
  readonly runtime: ContainerRuntime
  readonly service: ServiceSpec
  readonly absent: ServiceSpec
  /** Ends the service behind the runtime's back. */
  kill(): Promise<void>
  /** Takes it off its network behind the runtime's back; left out where there are no networks. */
  detach?(): Promise<void>
  /** Whether changes are told without being asked for. */
  readonly tells: boolean
  close(): Promise<void>
}

const MAX_LOG = 65_536
const MAX_LOOKS = 200
const LOOK_MS = 50
/** Nothing an engine or a supervisor does by itself. */
const BY_HOOK: readonly ActionKind[] = ['recreate', 'rotate-key', 'restore-config', 'free-disk']

/** What every `ContainerRuntime` keeps to. Each test has a runtime of its own. */
export function runtimeCompliance(name: string, create: () => Promise<RuntimeUnderTest>): void {
  describe(`${name} is a runtime:`, () => {
    let under: RuntimeUnderTest

    beforeEach(async () => {
      under = await create()
    })

    afterEach(() => under.close())

    /** Ends once it is so: engines take a moment. */
    const until = async (wanted: string): Promise<void> => {
      for (let looks = 0; ; looks++) {
        const { status } = await under.runtime.look(under.service)
        if (status === wanted) return
        if (looks === MAX_LOOKS) assert.equal(status, wanted)
        await new Promise(resolve => setTimeout(resolve, LOOK_MS))
      }
    }

    const refuses = async (work: Promise<unknown>, code?: string): Promise<void> => {
      await assert.rejects(
        work,
        (error: unknown) =>
          error instanceof OperatorError && (code === undefined || error.code === code)
      )
    }

    it('sees what runs, and what is not there', async () => {
      const { runtime, service, absent } = under
      assert.equal((await runtime.look(service)).status, 'running')
      assert.equal((await runtime.look(absent)).status, 'missing')
    })

    it('starts what ended, and says so', async () => {
      await under.kill()
      await until('exited')
      await under.runtime.act('start', under.service)
      await until('running')
    })

    it('restarts what runs', async () => {
      await under.runtime.act('restart', under.service)
      await until('running')
    })

    it('refuses what only a command can do, and names the hook', async () => {
      for (const kind of BY_HOOK) {
        await refuses(under.runtime.act(kind, under.service), 'ACTION_UNSUPPORTED')
        await assert.rejects(under.runtime.act(kind, under.service), new RegExp(`hooks\\.${kind}`))
      }
    })

    it('fails with a code on what is not there', async () => {
      await refuses(under.runtime.act('start', under.absent))
      await refuses(under.runtime.act('restart', under.absent))
    })

    it('takes back only what it changed', async () => {
      const before = await under.runtime.look(under.service)
      await refuses(under.runtime.undo('restart', under.service, before), 'ACTION_UNSUPPORTED')
    })

    it('shows bounded logs without secrets', async () => {
      const log = await under.runtime.logs(under.service)
      assert.ok(log.length <= MAX_LOG)
      assert.doesNotMatch(log, /hunter2/)
    })

    it('puts a service back on its network under its names, and takes that back', async () => {
      const { runtime, service, detach } = under
      // There are no networks where processes share the machine's.
      if (detach === undefined) return assert.deepEqual(service.networks, [])
      const whole = (await runtime.look(service)).networks
      await detach()
      const off = await runtime.look(service)
      assert.notDeepEqual(off.networks, whole)
      await runtime.act('reconnect', service)
      const [place] = service.networks
      const back = (await runtime.look(service)).networks
      const there = back.find(({ network }) => network === place!.network)
      assert.ok(place!.aliases.every(alias => there!.aliases.includes(alias)))
      await runtime.undo('reconnect', service, off)
      assert.deepEqual((await runtime.look(service)).networks, off.networks)
    })

    it('tells of changes until it is stopped, where it tells at all', async () => {
      const { runtime, service, tells } = under
      const changed = Promise.withResolvers<void>()
      const stop = runtime.watch(() => changed.resolve())
      if (tells) {
        await runtime.act('restart', service)
        await changed.promise
      }
      stop()
      stop()
    })
  })
}
