import type { NetworkSpec } from '../network/spec.ts'

/** Said, for left out it is the scenario's own. */
const NO_LOSS = { model: 'none' } as const
const CONSTANT = { model: 'constant', oneWayMs: 5 } as const

/** Networks one step simpler: one trouble less, or one delay for all. */
export function simplerNetworks(network: NetworkSpec): NetworkSpec[] {
  const { latency, transport, ...troubles } = network
  const names = Object.keys(troubles).filter(
    name => network.loss?.model !== 'none' || name !== 'loss'
  )
  const simpler = names.map(name => {
    if (name === 'loss') return { ...network, loss: NO_LOSS }
    const { [name as keyof NetworkSpec]: _, ...others } = network
    return { ...others, latency }
  })
  if (latency.model !== CONSTANT.model) simpler.unshift({ ...network, latency: CONSTANT })
  return simpler
}
