import { createCatalogue, ENGINE } from '../../src/catalogue/parse.ts'
import type { Catalogue, CheckSpec, ServiceSpec } from '../../src/catalogue/types.ts'
import { type Prober, systemProber } from '../../src/checks/prober.ts'
import type { PlayResult } from '../../src/drill/play.ts'
import type { Scenario } from '../../src/drill/scenario.ts'
import { World } from '../../src/drill/world.ts'
import { EngineClient } from '../../src/engine-api/client.ts'
import type { OperatorRow } from '../../src/incidents/rows.ts'
import { createOperator, type Operator } from '../../src/operator.ts'
import { ACTION_KINDS, type ActionKind } from '../../src/remedy/actions.ts'
import { createRulebook } from '../../src/rules/rulebook.ts'
import { runtimeByKind } from '../../src/runtime/by-kind.ts'
import { DockerRuntime } from '../../src/runtime/docker.ts'
import { type ContainerRuntime, MISSING } from '../../src/runtime/types.ts'
import { FakeEngine } from './fake-engine.ts'
import { SteppedClock } from './stepped-clock.ts'

const STEP_MS = 250
const SETTLE_MS = 1_000
const CALM_MS = 6_000
const MAX_MS = 120_000
/** A check of a service that hangs is given up after so long; others get all the time they need. */
const HANG_MS = 30
const PATIENT_MS = 10_000

/** What a play on the fake engine came to, in the form of a play on the model. */
export type EnginePlay = Omit<PlayResult, 'agent'> & {
  readonly rows: readonly OperatorRow[]
  readonly requests: readonly string[]
  readonly operator: Operator
}

/** The same services where the fake engine serves them. */
function served(catalogue: Catalogue, port: number): Catalogue {
  const there = (service: string, check: CheckSpec): CheckSpec => {
    switch (check.type) {
      case 'http':
      case 'json-rpc':
        return { ...check, url: `http://127.0.0.1:${port}/${service}/${check.name}` }
      case 'tcp':
        return { ...check, port }
      default:
        return check
    }
  }
  const services = [...catalogue.services.values()].filter(({ name }) => name !== ENGINE)
  return createCatalogue(
    services.map(service => ({
      ...service,
      checks: service.checks.map(check => there(service.name, check))
    }))
  )
}

/** Plays a scenario through HTTP over a Unix socket, with real checks where there is a socket to ask. */
export async function playOnEngine(scenario: Scenario, drawn: Catalogue): Promise<EnginePlay> {
  const world = new World(drawn, { sticky: scenario.sticky })
  const clock = new SteppedClock()
  const engine = new FakeEngine({ world, catalogue: drawn })
  await engine.start()
  const catalogue = served(drawn, engine.servicePort)
  const client = new EngineClient({ socketPath: engine.socketPath, timeoutMs: PATIENT_MS })
  const containers = new DockerRuntime(client)
  const actions: { atMs: number; what: string; onSound: boolean }[] = []
  const rows: OperatorRow[] = []
  let alerted = false
  const operator = createOperator({
    runtime: timed(clock, engine, containers, processes(world)),
    catalogue,
    rules: createRulebook(),
    clock,
    prefix: 'fake',
    prober: check => clock.during(proberOf(world, catalogue)(check)),
    hooks: argv => clock.during(hook(world, argv, engine)),
    journal: {
      append(row) {
        rows.push(row)
        if (row.kind === 'acting') {
          const { kind, service } = row.action
          const onSound = world.of(service).sound(clock.monotonicMs())
          actions.push({ atMs: clock.monotonicMs(), what: `${kind} ${service}`, onSound })
        }
        return Promise.resolve()
      }
    },
    notify: ({ kind, text }) => {
      alerted ||= kind === 'alert'
      if (kind === 'approval') setImmediate(() => consent(operator, text))
    }
  })
  operator.change({ kind: 'session-opened' })
  operator.change({ kind: 'vault-unlocked' })
  operator.change({ kind: 'granted', hours: 1 })
  operator.start()
  await engine.listened()
  const times = await play(scenario, world, engine, clock, rows)
  await operator.stop()
  client.close()
  await engine.stop()
  return {
    scenario: scenario.name,
    roots: rows.flatMap(row => (row.kind === 'opened' ? [row.root] : [])),
    rules: rows.flatMap(row => (row.kind === 'decided' ? [row.rule] : [])),
    actions,
    asked: rows.some(({ kind }) => kind === 'asked'),
    alerted,
    open: operator.incidents.list().filter(({ closedMs }) => closedMs === undefined).length,
    ...times,
    rows,
    requests: engine.requests,
    operator
  }
}

/** Injects the faults and waits until all is sound and nothing new is written. */
async function play(
  { inject, expect }: Scenario,
  world: World,
  engine: FakeEngine,
  clock: SteppedClock,
  rows: readonly OperatorRow[]
): Promise<{ soundMs: number | undefined; detectedMs: number | undefined }> {
  const waiting = inject.map(injection => ({ ...injection, atMs: SETTLE_MS + injection.atMs }))
  let soundMs: number | undefined
  let detectedMs: number | undefined
  let newsMs = 0
  let seen = 0
  for (let now = 0; now <= MAX_MS; now += STEP_MS) {
    await clock.pass(now)
    world.advance(now)
    while (waiting[0] !== undefined && waiting[0].atMs <= now) {
      const injection = waiting.shift()!
      world.inject({ ...injection, atMs: now })
      await engine.emit('container', 'changed', injection.service)
      newsMs = now
    }
    if (rows.length > seen) newsMs = now
    seen = rows.length
    if (now < SETTLE_MS) continue
    if (!world.sound) soundMs = undefined
    else soundMs ??= now - SETTLE_MS
    if (rows.some(({ kind }) => kind === 'opened')) detectedMs ??= now - SETTLE_MS
    const lasting = inject.some(
      ({ atMs, lastsMs = 0 }) => now < SETTLE_MS + atMs + lastsMs + CALM_MS
    )
    const told = rows.some(row => row.kind === 'decided' && row.verdict === 'alert')
    const ended = expect.end === 'alerted' ? told : soundMs !== undefined
    if (ended && !lasting && waiting.length === 0 && now - newsMs > CALM_MS) break
  }
  return { soundMs, detectedMs }
}

/** Runtimes under whose work time stands still, and whose changes the engine waits for. */
function timed(
  clock: SteppedClock,
  engine: FakeEngine,
  container: ContainerRuntime,
  process: ContainerRuntime
): ContainerRuntime {
  const both = runtimeByKind({ container, process })
  return {
    look: service => clock.during(both.look(service)),
    act: (kind, service) => clock.during(both.act(kind, service)),
    undo: (kind, service, before) => clock.during(both.undo(kind, service, before)),
    resolves: (from, host) => clock.during(both.resolves(from, host)),
    logs: service => clock.during(both.logs(service)),
    watch: onChange =>
      both.watch(target => {
        engine.heard++
        onChange(target)
      })
  }
}

function consent(operator: Operator, text: string): void {
  for (const { id, why } of operator.approvals) {
    if (why === text) operator.answer(id, operator.deliver(id).token, 'approve')
  }
}

function processes(world: World): ContainerRuntime {
  return {
    look: service => Promise.resolve({ ...MISSING, status: world.of(service.name).status }),
    act: (kind, service) => Promise.resolve(world.act(kind, service.name)),
    undo: () => Promise.resolve(),
    resolves: () => Promise.resolve(true),
    logs: () => Promise.resolve(''),
    watch: () => () => undefined
  }
}

function proberOf(world: World, catalogue: Catalogue): Prober {
  const owner = (check: CheckSpec): ServiceSpec =>
    [...catalogue.services.values()].find(({ checks }) => checks.includes(check))!
  return async check => {
    if (check.type !== 'http' && check.type !== 'json-rpc' && check.type !== 'tcp') {
      return world.reply(owner(check), check)
    }
    const modelled = world.reply(owner(check), check)
    const silent = modelled.kind === 'failed' && modelled.code === 'timeout'
    const reply = await systemProber({ ...check, timeoutMs: silent ? HANG_MS : PATIENT_MS })
    // A slow service is slow in its own time.
    if (reply.kind !== 'http' || modelled.kind !== 'http') return reply
    return { ...reply, tookMs: modelled.tookMs }
  }
}

/** The commands of the catalogues: what they do and to which service. */
const HOOKS: Readonly<Record<string, ActionKind>> = {
  compose: 'recreate',
  prune: 'free-disk',
  restore: 'restore-config',
  rotate: 'rotate-key'
}

async function hook(world: World, argv: readonly string[], engine: FakeEngine): Promise<string> {
  const [command = ''] = argv
  const last = argv.at(-1) ?? ''
  const kind = HOOKS[command] ?? ACTION_KINDS.find(known => known === command)
  const service = world.services.has(last) ? last : 'machine'
  if (kind === undefined) throw new Error(`no hook ${command}`)
  world.act(kind, service)
  await engine.emit('container', 'create', service)
  return ''
}
