import { createCatalogue, ENGINE } from '../../src/catalogue/parse.ts'
import type { Catalogue, ServiceSpec } from '../../src/catalogue/types.ts'
import { judgeState } from '../../src/checks/judge-state.ts'
import { systemClock } from '../../src/clock.ts'
import type { FaultKind } from '../../src/drill/faults.ts'
import type { Scenario } from '../../src/drill/scenario.ts'
import { EngineClient } from '../../src/engine-api/client.ts'
import type { OperatorRow } from '../../src/incidents/rows.ts'
import { createOperator, type Operator } from '../../src/operator.ts'
import { createRulebook } from '../../src/rules/rulebook.ts'
import { DockerRuntime } from '../../src/runtime/docker.ts'
import type { RealEngine } from './engine.ts'

const LOOK_MS = 50
const MAX_MS = 60_000

/** What a scenario came to on a real engine. Times are milliseconds after the last fault. */
export interface RealPlay {
  readonly roots: readonly string[]
  readonly actions: readonly string[]
  readonly healedMs: number
  /** When the first action was recorded. */
  readonly actingMs: number | undefined
  /** What each action took, pre-check to post-check, services' own start included. */
  readonly outcomes: readonly string[]
}

/** Services as containers: each serves a page and asks those it stands on for theirs. */
export class RealServices {
  readonly catalogue: Catalogue
  readonly #engine: RealEngine
  readonly #client: EngineClient
  readonly #runtime: DockerRuntime
  readonly #sticky: ReadonlySet<string>

  constructor(engine: RealEngine, drawn: Catalogue, sticky: readonly string[]) {
    const containers = [...drawn.services.values()].filter(
      ({ runtime, name }) => runtime === 'container' && name !== ENGINE
    )
    this.catalogue = createCatalogue(
      containers.map(({ imageId: _, ...service }) => ({ ...service, checks: [] }))
    )
    this.#engine = engine
    this.#sticky = new Set(sticky)
    this.#client = new EngineClient({ socketPath: engine.socketPath })
    this.#runtime = new DockerRuntime(this.#client)
  }

  async play({ inject }: Scenario): Promise<RealPlay> {
    for (const network of this.#networks) await this.#engine.docker('network', 'create', network)
    for (const service of this.#services) await this.#create(service)
    await this.#sound()
    const rows: { atMs: number; row: OperatorRow }[] = []
    const operator: Operator = createOperator({
      runtime: this.#runtime,
      catalogue: this.catalogue,
      rules: createRulebook(),
      clock: systemClock,
      prefix: 'real',
      hooks: async argv => {
        await this.#create(this.catalogue.services.get(argv.at(-1) ?? '')!)
        return ''
      },
      journal: {
        append(row) {
          rows.push({ atMs: performance.now(), row })
          return Promise.resolve()
        }
      },
      notify: ({ kind }) => {
        if (kind === 'approval') setImmediate(() => consent(operator))
      }
    })
    for (const kind of ['session-opened', 'vault-unlocked'] as const) operator.change({ kind })
    operator.start()
    // Its first look and its stream of events come before the fault.
    await new Promise(resolve => setTimeout(resolve, 500))
    // A fault of several commands is to be whole before the agent mends it.
    operator.change({ kind: 'control-taken' })
    for (const { fault, service } of inject) {
      await this.#strike(fault, this.catalogue.services.get(service)!)
    }
    await this.#missed()
    operator.change({ kind: 'control-released' })
    const faultMs = performance.now()
    await this.#acted(rows)
    const healedMs = Math.round((await this.#sound()) - faultMs)
    await operator.stop()
    const acting = rows.find(({ row }) => row.kind === 'acting')
    return {
      roots: rows.flatMap(({ row }) => (row.kind === 'opened' ? [row.root] : [])),
      actions: rows.flatMap(({ row }) =>
        row.kind === 'acting' ? [`${row.action.kind} ${row.action.service}`] : []
      ),
      outcomes: rows.flatMap(({ row }) =>
        row.kind === 'outcome' ? [`${row.action.service} ${row.outcome} ${row.tookMs} ms`] : []
      ),
      healedMs,
      actingMs: acting === undefined ? undefined : Math.round(acting.atMs - faultMs)
    }
  }

  async clear(): Promise<void> {
    for (const { target } of this.#services) await this.#engine.docker('rm', '-f', target)
    for (const network of this.#networks) await this.#engine.docker('network', 'rm', network)
    this.#client.close()
  }

  get #services(): ServiceSpec[] {
    return [...this.catalogue.services.values()].filter(({ name }) => name !== ENGINE)
  }

  get #networks(): Set<string> {
    return new Set(this.#services.flatMap(({ networks }) => networks.map(n => n.network)))
  }

  /** @returns when every service was healthy and on its networks */
  async #sound(): Promise<number> {
    const startedMs = performance.now()
    for (;;) {
      const states = await Promise.all(
        this.#services.map(async service => judgeState(service, await this.#runtime.look(service)))
      )
      const found = states.flat().filter(({ symptoms }) => symptoms.length > 0)
      const now = performance.now()
      if (found.length === 0) return now
      if (now - startedMs > MAX_MS) throw new Error(`never sound: ${JSON.stringify(found)}`)
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
    }
  }

  /** Ends once every service that holds on has missed its upstream: that too is part of the fault. */
  async #missed(): Promise<void> {
    const startedMs = performance.now()
    for (const name of this.#sticky) {
      const { target } = this.catalogue.services.get(name)!
      while ((await this.#client.exec(target, ['test', '-e', '/www/ok'])) === 0) {
        if (performance.now() - startedMs > MAX_MS) throw new Error(`${name} misses nothing`)
        await new Promise(resolve => setTimeout(resolve, LOOK_MS))
      }
    }
  }

  /** Ends at the first outcome: a fault shows only once the engine's own checks have seen it. */
  async #acted(rows: readonly { row: OperatorRow }[]): Promise<void> {
    const startedMs = performance.now()
    while (!rows.some(({ row }) => row.kind === 'outcome')) {
      if (performance.now() - startedMs > MAX_MS) throw new Error('no action in a minute')
      await new Promise(resolve => setTimeout(resolve, LOOK_MS))
    }
  }

  async #create(service: ServiceSpec, onNetwork = true): Promise<void> {
    const { name, target, networks, dependsOn } = service
    const places = networks.flatMap(({ network, aliases }) => [
      '--network',
      network,
      ...aliases.flatMap(alias => ['--network-alias', alias])
    ])
    const asks = dependsOn.map(upstream => `ask ${upstream}`)
    const all = ['test -e /www/ok', ...asks].join(' && ')
    // One that holds on stops serving for good once it has missed its upstream.
    const holds = this.#sticky.has(name)
      ? `while sleep 0.2; do ${asks.join(' && ')} || rm -f /www/ok; done`
      : 'sleep 1000000 & wait'
    const upstream = asks.map(ask => `until ${ask}; do sleep 0.1; done`).join('; ')
    // It serves only once it has its upstream: what it never had it could not miss.
    const ready = this.#sticky.has(name) ? `${upstream}; touch /www/ok` : 'touch /www/ok'
    const serve = `trap "exit 0" TERM; httpd -h /www; ${ready}; ${holds}`
    const health = ['--health-interval', '500ms', '--health-retries', '2', '--health-timeout', '3s']
    await this.#engine.docker(
      ...['run', '-d', '--init=false', '--name', target, ...(onNetwork ? places : [])],
      ...['--health-cmd', all, ...health, 'local/busybox', 'sh', '-c', serve]
    )
  }

  async #strike(fault: FaultKind, service: ServiceSpec): Promise<void> {
    const { target, networks } = service
    const network = networks[0]!.network
    const { docker } = this.#engine
    switch (fault) {
      case 'exit':
        await docker('kill', target)
        return
      case 'pause':
        await docker('pause', target)
        return
      case 'remove':
        await docker('rm', '-f', target)
        return
      case 'unhealthy':
        await docker('exec', target, 'rm', '-f', '/www/ok')
        return
      case 'disconnect':
        await docker('network', 'disconnect', network, target)
        return
      case 'drop-alias':
        await docker('network', 'disconnect', network, target)
        await docker('network', 'connect', network, target)
        return
      case 'recreate-off-network':
        await docker('rm', '-f', target)
        await this.#create(service, false)
        return
      default:
        throw new Error(`${fault} can't be done to a real engine`)
    }
  }
}

function consent(operator: Operator): void {
  for (const { id } of operator.approvals) {
    operator.answer(id, operator.deliver(id).token, 'approve')
  }
}
