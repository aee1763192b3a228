import { setTimeout } from 'node:timers/promises'
import type { ServiceSpec } from '../catalogue/types.ts'
import type { EngineClient } from '../engine-api/client.ts'
import type { ContainerDetails } from '../engine-api/types.ts'
import { OperatorError } from '../errors.ts'
import { exposesSecret, redact } from '../refusals/key-material.ts'
import type { ActionKind } from '../remedy/actions.ts'
import {
  type ContainerRuntime,
  type InstanceState,
  type InstanceStatus,
  MISSING,
  type OnChange
} from './types.ts'

const STATUSES: readonly InstanceStatus[] = ['running', 'exited', 'paused', 'restarting', 'dead']
const HEALTHS = ['starting', 'healthy', 'unhealthy'] as const
/** The network on which Docker resolves no names. */
const DEFAULT_NETWORK = 'bridge'
const RECONNECT_MS = [100, 200, 500, 1_000, 2_000, 5_000] as const

/** Containers of a Docker or Podman engine. */
export class DockerRuntime implements ContainerRuntime {
  readonly #engine: EngineClient

  constructor(engine: EngineClient) {
    this.#engine = engine
  }

  async look(service: ServiceSpec): Promise<InstanceState> {
    const details = await this.#engine.container(service.target)
    if (details === undefined) {
      const { imageId } = service
      const imagePresent = imageId === undefined || (await this.#engine.hasImage(imageId))
      return { ...MISSING, imagePresent }
    }
    const up = details.status === 'running' || details.status === 'paused'
    const present = up || details.imageId === '' || (await this.#engine.hasImage(details.imageId))
    return stateOf(details, present, await this.#missingNetworks(service, details))
  }

  async act(kind: ActionKind, service: ServiceSpec): Promise<void> {
    const { target } = service
    switch (kind) {
      case 'start':
        return await this.#engine.start(target)
      case 'restart':
        return await this.#engine.restart(target)
      case 'unpause':
        return await this.#engine.unpause(target)
      case 'reconnect':
        return await this.#reconnect(service)
      case 'raise-memory':
        return await this.#raiseMemory(service)
      case 'top-up':
      case 'recreate':
      case 'rotate-key':
      case 'free-disk':
      case 'restore-config':
        throw new OperatorError('ACTION_UNSUPPORTED', `configure hooks.${kind} of ${service.name}`)
      default:
        return kind satisfies never
    }
  }

  async undo(kind: ActionKind, service: ServiceSpec, before: InstanceState): Promise<void> {
    const { target } = service
    switch (kind) {
      case 'reconnect':
        return await this.#rejoin(service, before)
      case 'raise-memory': {
        const { memoryBytes, swapBytes } = await this.#details(service)
        const swap = swapBytes <= 0 ? swapBytes : swapBytes - memoryBytes + before.memoryBytes
        return await this.#engine.limit(target, before.memoryBytes, swap)
      }
      default:
        throw new OperatorError('ACTION_UNSUPPORTED', `take back ${kind} of ${target} by hand`)
    }
  }

  async resolves(from: ServiceSpec, host: string): Promise<boolean> {
    return (await this.#engine.exec(from.target, ['nslookup', host])) === 0
  }

  async logs({ target }: ServiceSpec): Promise<string> {
    return redact(await this.#engine.logs(target))
  }

  watch(onChange: OnChange): () => void {
    const stop = new AbortController()
    this.#follow(onChange, stop.signal)
    return () => stop.abort()
  }

  /** Looks at least twice at what may have been missed: before and after a stream ends. */
  async #follow(onChange: OnChange, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        for await (const { action, target } of this.#engine.events(signal)) {
          failures = 0
          // Health checks run commands each second; their result is an event of its own.
          if (!action.startsWith('exec_')) onChange(target)
        }
      } catch {
        // Whatever ended the stream, the polls tell; here it is only opened again.
      }
      onChange(undefined)
      const waitMs = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)]!
      await setTimeout(waitMs, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  async #missingNetworks(service: ServiceSpec, details: ContainerDetails): Promise<string[]> {
    const on = new Set(details.networks.map(({ network }) => network))
    const missing: string[] = []
    for (const { network } of service.networks) {
      if (!on.has(network) && !(await this.#engine.hasNetwork(network))) missing.push(network)
    }
    return missing
  }

  async #reconnect(service: ServiceSpec): Promise<void> {
    const details = await this.#details(service)
    const placeOn = (network: string): ContainerDetails['networks'][number] | undefined =>
      details.networks.find(place => place.network === network)
    const lacking = service.networks.filter(({ network, aliases }) => {
      const place = placeOn(network)
      return place === undefined || !aliases.every(name => namesOn(details, place).includes(name))
    })
    // Where every name is on record and still doesn't resolve, all are made anew.
    for (const { network, aliases } of lacking.length > 0 ? lacking : service.networks) {
      const place = placeOn(network)
      const has = place === undefined ? [] : namesOn(details, place)
      if (place !== undefined) await this.#engine.disconnect(network, service.target)
      const kept = has.filter(alias => alias !== details.id.slice(0, 12) && alias !== details.name)
      const all = [...new Set([...aliases, ...kept])]
      await this.#engine.connect(network, service.target, all)
    }
  }

  /** Leaves networks it was not on, and has on the others the names it had. */
  async #rejoin(service: ServiceSpec, { networks }: InstanceState): Promise<void> {
    const { target } = service
    const details = await this.#details(service)
    for (const place of details.networks) {
      const { network } = place
      if (!service.networks.some(declared => declared.network === network)) continue
      const was = networks.find(found => found.network === network)
      const has = namesOn(details, place)
      if (was !== undefined && has.every(alias => was.aliases.includes(alias))) continue
      await this.#engine.disconnect(network, target)
      if (was === undefined) continue
      const aliases = was.aliases.filter(alias => alias !== details.name)
      await this.#engine.connect(network, target, aliases)
    }
  }

  async #raiseMemory(service: ServiceSpec): Promise<void> {
    const { memoryBytes, swapBytes } = await this.#details(service)
    const cap = service.memoryCapBytes ?? 0
    const raised = Math.min(memoryBytes * 2, cap)
    if (raised <= memoryBytes) {
      const message = `${service.name} is at its cap of ${cap} bytes; raise memoryCapBytes`
      throw new OperatorError('ACTION_FAILED', message)
    }
    const swap = swapBytes <= 0 ? swapBytes : swapBytes - memoryBytes + raised
    await this.#engine.limit(service.target, raised, swap)
    await this.#engine.start(service.target)
  }

  async #details({ target }: ServiceSpec): Promise<ContainerDetails> {
    const details = await this.#engine.container(target)
    if (details !== undefined) return details
    throw new OperatorError('ACTION_FAILED', `${target}: no such container; recreate it`)
  }
}

function stateOf(
  details: ContainerDetails,
  imagePresent: boolean,
  missingNetworks: readonly string[]
): InstanceState {
  const { exitCode, oomKilled, restarts, imageId, memoryBytes } = details
  return {
    status: STATUSES.find(status => status === details.status) ?? 'created',
    health: HEALTHS.find(health => health === details.health) ?? 'none',
    exitCode,
    oomKilled,
    restarts,
    imageId,
    imagePresent,
    memoryBytes,
    networks: details.networks.map(place => ({
      network: place.network,
      aliases: namesOn(details, place)
    })),
    missingNetworks,
    exposed: details.env.flatMap(line => {
      const at = line.indexOf('=')
      const name = line.slice(0, at)
      return at > 0 && exposesSecret(name, line.slice(at + 1)) ? [name] : []
    })
  }
}

/** The names it answers to on a network: its own counts too, except on the default bridge. */
function namesOn(
  { name }: ContainerDetails,
  { network, aliases }: ContainerDetails['networks'][number]
): string[] {
  return network === DEFAULT_NETWORK ? [] : [...aliases, name]
}
