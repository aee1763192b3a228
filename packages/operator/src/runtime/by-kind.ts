import type { ServiceSpec } from '../catalogue/types.ts'
import { OperatorError } from '../errors.ts'
import type { ContainerRuntime } from './types.ts'

/** One runtime out of one for each kind of service; the machine itself is run by neither. */
export function runtimeByKind(
  kinds: Readonly<Record<Exclude<ServiceSpec['runtime'], 'host'>, ContainerRuntime>>
): ContainerRuntime {
  const of = ({ name, runtime }: ServiceSpec): ContainerRuntime => {
    if (runtime !== 'host') return kinds[runtime]
    throw new OperatorError('ACTION_UNSUPPORTED', `${name} is this machine; configure a hook`)
  }
  return {
    look: async service => await of(service).look(service),
    act: async (kind, service) => await of(service).act(kind, service),
    undo: async (kind, service, before) => await of(service).undo(kind, service, before),
    resolves: async (from, host) => await of(from).resolves(from, host),
    logs: async service => await of(service).logs(service),
    watch(onChange) {
      const stops = Object.values(kinds).map(runtime => runtime.watch(onChange))
      return () => {
        for (const stop of stops) stop()
      }
    }
  }
}
