import type { Catalogue, CheckSpec, ServiceSpec } from '../catalogue/types.ts'
import type { ProbeReply } from '../checks/reply.ts'
import type { ActionKind } from '../remedy/actions.ts'
import { type InstanceState, MISSING } from '../runtime/types.ts'
import { curesOf, type FaultKind } from './faults.ts'
import { ModelService } from './model-service.ts'

/** A health check of the engine fails for so long before it says `unhealthy`. */
const HEALTH_DELAY_MS = 1_000
const BLOCK_MS = 500
const DAY_MS = 86_400_000
const OK_DIGEST = 'a'.repeat(64)

/** One thing that goes wrong at a time. */
export interface Injection {
  readonly atMs: number
  readonly fault: FaultKind
  readonly service: string
  /** What ends it, if not what usually does. */
  readonly curedBy?: readonly ActionKind[]
  /** It ends by itself after so long. */
  readonly lastsMs?: number
}

export interface WorldInit {
  /** How long every service's own start takes. */
  readonly startMs?: number
  /** Services that hold on to a dead connection until they are restarted. */
  readonly sticky?: readonly string[]
  /** The engine's health checks notice every failure, not only what shows from inside. */
  readonly thoroughChecks?: boolean
}

/**
 * Services, containers and networks as they really are, in virtual time: what the agent is tried on.
 * Deterministic; `now` is integer milliseconds.
 */
export class World {
  readonly services: ReadonlyMap<string, ModelService>
  readonly #networks: Set<string>
  readonly #startMs: number
  readonly #thorough: boolean
  readonly #ends: { readonly atMs: number; readonly service: string; readonly fault: FaultKind }[] =
    []
  #now = 0
  #stuckHeight = 0n

  constructor(
    catalogue: Catalogue,
    { startMs = 0, sticky = [], thoroughChecks = false }: WorldInit = {}
  ) {
    this.#startMs = startMs
    this.#thorough = thoroughChecks
    this.services = new Map(
      [...catalogue.services].map(([name, spec]) => [name, new ModelService(spec)])
    )
    const places = [...catalogue.services.values()].flatMap(({ networks }) => networks)
    this.#networks = new Set(places.map(({ network }) => network))
    for (const name of sticky) this.of(name).sticky = true
  }

  of(name: string): ModelService {
    const service = this.services.get(name)
    if (service === undefined) throw new Error(`the model has no service ${name}`)
    return service
  }

  /** Lets time pass: failures travel downstream, starts end. */
  advance(now: number): void {
    this.#now = now
    for (const { atMs, service, fault } of this.#ends.filter(end => end.atMs <= now)) {
      this.of(service).faults.delete(fault)
      this.#ends.splice(
        this.#ends.findIndex(end => end.atMs === atMs && end.service === service),
        1
      )
    }
    // The catalogue has dependencies first, so that a failure travels all the way at once.
    for (const service of this.services.values()) {
      const reached = service.spec.dependsOn.every(name => {
        const upstream = this.of(name)
        return upstream.brokenMs === undefined && upstream.named
      })
      if (!reached && service.sticky && service.status === 'running') service.stale = true
      if (reached && service.works(now)) service.brokenMs = undefined
      else service.brokenMs ??= now
    }
  }

  inject({ atMs, fault, service, curedBy, lastsMs }: Injection): void {
    const struck = this.of(service)
    struck.strike(fault, curedBy ?? curesOf(fault))
    if (fault === 'remove-network') this.#networks.delete(struck.spec.networks[0]?.network ?? '')
    if (fault === 'height-stuck') this.#stuckHeight = this.#height()
    if (lastsMs !== undefined) this.#ends.push({ atMs: atMs + lastsMs, service, fault })
    this.advance(this.#now)
  }

  /** What the agent does; what the engine can't do throws. */
  act(kind: ActionKind, name: string): void {
    const service = this.of(name)
    if (this.engineFault !== undefined) throw new Error('the engine is away')
    if (kind !== 'recreate' && service.status === 'missing') throw new Error('no such container')
    if (kind === 'recreate') {
      for (const { network } of service.spec.networks) this.#networks.add(network)
    }
    if (kind === 'reconnect') {
      const gone = service.spec.networks.find(({ network }) => !this.#networks.has(network))
      if (gone !== undefined) throw new Error(`no network ${gone.network}`)
    }
    service.treat(kind, this.#now, this.#startMs)
    this.advance(this.#now)
  }

  get engineFault(): 'engine-away' | 'engine-denied' | undefined {
    const { faults } = this.of('engine')
    if (faults.has('engine-away')) return 'engine-away'
    return faults.has('engine-denied') ? 'engine-denied' : undefined
  }

  /** Whether every service is sound. */
  get sound(): boolean {
    return [...this.services.values()].every(service => service.sound(this.#now))
  }

  hasNetwork(network: string): boolean {
    return this.#networks.has(network)
  }

  /** What the engine says of a service. */
  look({ name }: ServiceSpec): InstanceState {
    const service = this.of(name)
    const { status, exitCode, oomKilled, restarts, imageId, imagePresent, memoryBytes } = service
    if (status === 'missing') return { ...MISSING, imagePresent }
    const places = service.spec.networks.filter(({ network }) => !this.#networks.has(network))
    return {
      status,
      health: this.#health(service),
      exitCode,
      oomKilled,
      restarts,
      imageId,
      imagePresent,
      memoryBytes,
      networks: [...service.networks].map(([network, aliases]) => ({ network, aliases })),
      missingNetworks: places.map(({ network }) => network),
      exposed: service.faults.has('env-secret') ? ['WALLET_SEED'] : []
    }
  }

  /** What a check of a service is answered. */
  reply({ name }: ServiceSpec, check: CheckSpec): ProbeReply {
    const service = this.of(name)
    switch (check.type) {
      case 'http':
      case 'json-rpc':
      case 'tcp':
        return this.#answer(service, check)
      case 'process':
        return {
          kind: 'process',
          running: service.works(this.#now) || !service.faults.has('process-gone'),
          descriptorsPercent: service.faults.has('descriptors') ? 100 : 12
        }
      case 'disk':
        return {
          kind: 'disk',
          blocksPercent: disk(service),
          inodesPercent: service.faults.has('inodes-full') ? 100 : 20
        }
      case 'clock':
        return { kind: 'clock', skewMs: skew(service) }
      case 'certificate':
        return { kind: 'certificate', validForMs: validity(service) }
      case 'name':
        return { kind: 'name', resolved: this.#resolves(check.host) }
      case 'file':
        return {
          kind: 'file',
          found: !service.faults.has('config-missing'),
          sha256: service.faults.has('config-drift') ? 'b'.repeat(64) : OK_DIGEST,
          parses: !service.faults.has('config-damaged'),
          mode: service.faults.has('key-open') ? 0o644 : 0o600
        }
      default:
        return check satisfies never
    }
  }

  #health(service: ModelService): InstanceState['health'] {
    if (service.status !== 'running') return 'none'
    if (this.#now < service.readyAtMs) return 'starting'
    const seen = this.#thorough && !service.works(this.#now)
    const failed =
      seen || service.faults.has('unhealthy') || service.stale || !this.#reached(service)
    const since = service.brokenMs ?? this.#now
    return failed && this.#now - since >= HEALTH_DELAY_MS ? 'unhealthy' : 'healthy'
  }

  #reached({ spec }: ModelService): boolean {
    return spec.dependsOn.every(name => {
      const upstream = this.of(name)
      return upstream.brokenMs === undefined && upstream.named
    })
  }

  #answer(
    service: ModelService,
    check: CheckSpec & { type: 'http' | 'json-rpc' | 'tcp' }
  ): ProbeReply {
    const { faults, status } = service
    const failed = (code: 'timeout' | 'refused' | 'reset' | 'oversized' | 'other'): ProbeReply => ({
      kind: 'failed',
      code
    })
    if (status === 'paused' || faults.has('hang')) return failed('timeout')
    if (status !== 'running' || this.#now < service.readyAtMs) return failed('refused')
    if (faults.has('refuse')) return failed('refused')
    if (faults.has('reset')) return failed('reset')
    if (check.type === 'tcp') return { kind: 'connected' }
    if (faults.has('oversized')) return failed('oversized')
    if (faults.has('unknown')) return failed('other')
    if (faults.has('rpc-timeout') && check.type === 'json-rpc') return failed('timeout')
    const tookMs = faults.has('slow') ? 700 : 3
    const body = check.type === 'http' ? httpBody(service) : this.#rpcBody(service)
    return { kind: 'http', status: this.#status(service), body, tookMs }
  }

  #status(service: ModelService): number {
    for (const status of [500, 502, 503] as const) {
      if (service.faults.has(`status-${status}`)) return status
    }
    return service.stale || !this.#reached(service) ? 502 : 200
  }

  #rpcBody(service: ModelService): string {
    const { faults } = service
    if (faults.has('rpc-malformed')) return '{"jsonrpc":"2.0","res'
    if (faults.has('rpc-no-result')) return '{"jsonrpc":"2.0","id":1}'
    if (faults.has('rpc-error')) return '{"jsonrpc":"2.0","id":1,"error":{"code":-32603}}'
    const height = faults.has('height-stuck') ? this.#stuckHeight : this.#height()
    const result = {
      height: faults.has('height-malformed') ? 'soon' : `0x${height.toString(16)}`,
      isSyncing: faults.has('syncing'),
      pool: faults.has('pool-full') ? 8_192 : 40,
      balance: faults.has('balance-low') ? '5' : '100000',
      keyAgeDays: faults.has('key-aged') ? 91 : 30
    }
    return JSON.stringify({ jsonrpc: '2.0', id: 1, result })
  }

  #height(): bigint {
    return BigInt(Math.floor(this.#now / BLOCK_MS))
  }

  #resolves(host: string): boolean {
    return [...this.services.values()].some(
      service =>
        service.status === 'running' &&
        !service.faults.has('name-lost') &&
        [...service.networks.values()].some(aliases => aliases.includes(host))
    )
  }
}

function httpBody({ faults }: ModelService): string {
  if (faults.has('malformed')) return '<html>'
  return faults.has('wrong-answer') ? '{"status":"degraded"}' : '{"status":"ok"}'
}

function disk({ faults }: ModelService): number {
  if (faults.has('disk-full')) return 99
  return faults.has('disk-low') ? 90 : 40
}

function skew({ faults }: ModelService): number {
  if (faults.has('clock-ahead')) return 60_000
  return faults.has('clock-behind') ? -60_000 : 12
}

function validity({ faults }: ModelService): number {
  if (faults.has('certificate-expired')) return -1
  return (faults.has('certificate-expiring') ? 3 : 60) * DAY_MS
}
