import type { ServiceSpec } from '../catalogue/types.ts'
import type { InstanceState } from '../runtime/types.ts'
import { type CheckResult, type Symptom, symptom } from './symptoms.ts'

/** Restarts by policy between two looks that make a loop. */
const LOOP_RESTARTS = 3
/** Exit codes by which services say that their configuration is bad (sysexits.h EX_CONFIG). */
const CONFIG_EXIT = 78

/** The checks `container`, `network-alias` and `secret-exposure` of one state. */
export function judgeState(service: ServiceSpec, state: InstanceState): CheckResult[] {
  const result = (check: string, symptoms: readonly Symptom[]): CheckResult => ({
    service: service.name,
    check,
    symptoms
  })
  return [
    result('container', containerSymptoms(service, state)),
    result('network-alias', networkSymptoms(service, state)),
    result(
      'secret-exposure',
      state.exposed.map(name => symptom('secret-exposed', `${name} in the environment`))
    )
  ]
}

function containerSymptoms(service: ServiceSpec, state: InstanceState): Symptom[] {
  const symptoms = statusSymptoms(state)
  const { imageId } = service
  if (imageId !== undefined && state.status !== 'missing' && state.imageId !== imageId) {
    symptoms.push(symptom('image-mismatch', `runs ${state.imageId.slice(0, 19)}`))
  }
  return symptoms
}

function statusSymptoms(state: InstanceState): Symptom[] {
  switch (state.status) {
    case 'running':
      if (state.health === 'unhealthy') return [symptom('container-unhealthy', 'health check')]
      return state.health === 'starting' ? [symptom('starting', 'health check not yet passed')] : []
    case 'missing':
      return [
        state.imagePresent
          ? symptom('container-missing', 'no container of that name')
          : symptom('image-missing', 'neither container nor image')
      ]
    case 'exited':
    case 'created':
      if (!state.imagePresent) return [symptom('image-missing', 'its image is gone')]
      if (state.oomKilled) return [symptom('oom-killed', `limit ${state.memoryBytes} bytes`)]
      if (state.exitCode === CONFIG_EXIT) return [symptom('config-damaged', 'exit code 78')]
      return [symptom('container-exited', `exit code ${state.exitCode}`)]
    case 'paused':
      return [symptom('container-paused', 'frozen')]
    case 'restarting':
      return state.restarts >= LOOP_RESTARTS
        ? [symptom('restart-loop', `${state.restarts} restarts, exit code ${state.exitCode}`)]
        : [symptom('starting', 'restarted by the engine')]
    case 'dead':
      return [symptom('container-dead', 'the engine failed to remove it')]
    default:
      return state.status satisfies never
  }
}

function networkSymptoms(service: ServiceSpec, state: InstanceState): Symptom[] {
  if (state.status === 'missing') return []
  return service.networks.flatMap(({ network, aliases }) => {
    if (state.missingNetworks.includes(network)) return [symptom('network-missing', network)]
    const place = state.networks.find(place => place.network === network)
    if (place === undefined) return [symptom('network-detached', `not on ${network}`)]
    const lost = aliases.filter(alias => !place.aliases.includes(alias))
    return lost.length === 0 ? [] : [symptom('alias-lost', `${lost.join(', ')} on ${network}`)]
  })
}
