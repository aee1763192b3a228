import { setTimeout } from 'node:timers/promises'
import type { Catalogue, ServiceSpec } from '../catalogue/types.ts'
import type { ContainerRuntime, InstanceState } from '../runtime/types.ts'

export interface HealInit {
  readonly runtime: ContainerRuntime
  readonly catalogue: Catalogue
  /** How long all must have been well in a row. */
  readonly settleMs: number
  /** Between two looks. */
  readonly lookMs: number
}

/**
 * After a service was swapped: its names on its networks are put back, and whoever stands on it is
 * reconnected or restarted once where it is unwell, those nearest to the service first. Waits until
 * all were well for a while, for `timeoutMs` at most.
 *
 * @returns names of services that are unwell at the end; none if all is well
 */
export async function healDependents(
  service: string,
  timeoutMs: number,
  { runtime, catalogue, settleMs, lookMs }: HealInit
): Promise<readonly string[]> {
  const services = [service, ...dependentsOf(service, catalogue)].map(
    name => catalogue.services.get(name)!
  )
  const endMs = performance.now() + timeoutMs
  const restarted = new Set<string>()
  let wellSinceMs = performance.now()
  for (;;) {
    const unwell: string[] = []
    for (const spec of services) {
      const state = await runtime.look(spec)
      if (isWell(spec, state)) continue
      unwell.push(spec.name)
      // What stands on it can't be well before it is.
      await treat(spec, state, runtime, restarted, service)
      break
    }
    const now = performance.now()
    if (unwell.length > 0) wellSinceMs = now
    else if (now - wellSinceMs >= settleMs) return []
    if (now >= endMs) return unwell
    await setTimeout(lookMs)
  }
}

async function treat(
  spec: ServiceSpec,
  state: InstanceState,
  runtime: ContainerRuntime,
  restarted: Set<string>,
  swapped: string
): Promise<void> {
  if (!hasNames(spec, state)) return await runtime.act('reconnect', spec)
  const isStarting = state.status === 'running' && state.health === 'starting'
  // The service itself was just started; its own readiness is not mended by starting it again.
  if (spec.name === swapped || restarted.has(spec.name) || isStarting) return
  restarted.add(spec.name)
  await runtime.act('restart', spec)
}

function isWell(spec: ServiceSpec, state: InstanceState): boolean {
  const isUp = state.status === 'running' && (state.health === 'none' || state.health === 'healthy')
  return isUp && hasNames(spec, state)
}

function hasNames({ networks }: ServiceSpec, state: InstanceState): boolean {
  return networks.every(({ network, aliases }) => {
    const place = state.networks.find(found => found.network === network)
    return place !== undefined && aliases.every(alias => place.aliases.includes(alias))
  })
}

/** Everybody who stands on a service, directly or not, dependencies first. */
function dependentsOf(service: string, { services, dependents }: Catalogue): string[] {
  const found = new Set(dependents.get(service))
  for (const name of found) for (const next of dependents.get(name) ?? []) found.add(next)
  return [...services.keys()].filter(name => found.has(name))
}
