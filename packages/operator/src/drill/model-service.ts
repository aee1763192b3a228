import type { ServiceSpec } from '../catalogue/types.ts'
import type { ActionKind } from '../remedy/actions.ts'
import type { InstanceStatus } from '../runtime/types.ts'
import { breaks, type FaultKind } from './faults.ts'

const OTHER_IMAGE = `sha256:${'2'.repeat(64)}`
const CONFIG_EXIT = 78
const MEMORY_BYTES = 64 * 1_048_576

/** One service of the model, as it really is. */
export class ModelService {
  readonly spec: ServiceSpec
  /** Running faults and what ends each. */
  readonly faults: Map<FaultKind, readonly ActionKind[]> = new Map()
  status: InstanceStatus = 'running'
  exitCode = 0
  restarts = 0
  imageId: string
  imagePresent = true
  memoryBytes: number = MEMORY_BYTES
  networks: Map<string, readonly string[]>
  /** Its own start takes until then. */
  readyAtMs = 0
  /** Since when it hasn't done its work; `undefined` while it does. */
  brokenMs: number | undefined = undefined
  /** Keeps a dead connection to its upstream until it is restarted. */
  sticky = false
  stale = false

  constructor(spec: ServiceSpec) {
    this.spec = spec
    this.imageId = imageOf(spec)
    this.networks = declared(spec)
  }

  get oomKilled(): boolean {
    return this.faults.has('oom')
  }

  /** Whether others reach it by its names. */
  get named(): boolean {
    if (this.faults.has('name-lost')) return false
    return this.spec.networks.every(({ network, aliases }) => {
      const there = this.networks.get(network)
      return there !== undefined && aliases.every(alias => there.includes(alias))
    })
  }

  /** Whether it does what only depends on itself. */
  works(now: number): boolean {
    if (this.spec.runtime === 'host') return true
    if (this.status !== 'running' || now < this.readyAtMs || this.stale) return false
    return ![...this.faults.keys()].some(kind => breaks(kind))
  }

  /** Whether nothing at all is wrong with it: who acts on it then acts wrongly. */
  sound(now: number): boolean {
    return this.faults.size === 0 && this.works(now) && this.brokenMs === undefined
  }

  strike(kind: FaultKind, curedBy: readonly ActionKind[]): void {
    this.faults.set(kind, curedBy)
    this.#show(kind)
  }

  /** An action of the agent; what cures a fault ends it, what doesn't leaves it. */
  treat(kind: ActionKind, now: number, startMs: number): void {
    for (const [fault, curedBy] of this.faults) {
      if (curedBy.includes(kind)) this.faults.delete(fault)
    }
    if (kind === 'reconnect' || kind === 'recreate') this.networks = declared(this.spec)
    if (kind === 'raise-memory') {
      this.memoryBytes = Math.min(this.memoryBytes * 2, this.spec.memoryCapBytes ?? Infinity)
    }
    if (kind === 'recreate') {
      this.imageId = imageOf(this.spec)
      this.imagePresent = true
    }
    if (['top-up', 'rotate-key', 'free-disk', 'reconnect'].includes(kind)) return
    this.status = 'running'
    this.exitCode = 0
    this.restarts = 0
    if (kind !== 'unpause') {
      this.readyAtMs = now + startMs
      this.stale = false
    }
    for (const fault of this.faults.keys()) this.#show(fault)
  }

  #show(kind: FaultKind): void {
    const first = this.spec.networks[0]
    switch (kind) {
      case 'exit':
        return this.#exit(1)
      case 'oom':
        return this.#exit(137)
      case 'config-exit':
        return this.#exit(CONFIG_EXIT)
      case 'image-remove':
        this.imagePresent = false
        return this.#exit(1)
      case 'pause':
        this.status = 'paused'
        return
      case 'dead':
        this.status = 'dead'
        return
      case 'remove':
        this.status = 'missing'
        return
      case 'restart-loop':
        this.status = 'restarting'
        this.restarts = 7
        return
      case 'image-change':
        this.imageId = OTHER_IMAGE
        return
      case 'recreate-off-network':
        this.networks = new Map([['bridge', []]])
        return
      case 'disconnect':
      case 'remove-network':
        if (first !== undefined) this.networks.delete(first.network)
        return
      case 'drop-alias':
        if (first !== undefined) this.networks.set(first.network, [])
        return
      default:
    }
  }

  #exit(code: number): void {
    this.status = 'exited'
    this.exitCode = code
  }
}

function declared(spec: ServiceSpec): Map<string, readonly string[]> {
  return new Map(spec.networks.map(({ network, aliases }) => [network, aliases]))
}

/** The image it should run: as declared, else one of its own. */
function imageOf({ name, imageId }: ServiceSpec): string {
  return imageId ?? `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`
}
