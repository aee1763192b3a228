import { TICKS_PER_MS } from '../engine/model.ts'
import { SimulationError } from '../errors.ts'
import { Stream as Gossip } from '../gossip/streams.ts'
import { Stream as Health } from '../health/streams.ts'
import { createNetwork } from '../network/network.ts'
import type { NetworkSpec } from '../network/spec.ts'
import type { RunSpec } from './spec.ts'

/** Of the scenarios whose networks are known here. */
const STREAMS = new Map([
  ['broadcast', Gossip.network],
  ['health-detection', Health.network]
])

/**
 * What a message takes from one node to another in a run of this spec, where that never changes: for a
 * live mesh under the same delays.
 *
 * @returns ms, `nodes * nodes`, a row for each sender
 * @throws {SimulationError} `bad-setting` for a network where messages over one link fare differently
 */
export function pairDelaysMs({
  scenario,
  network,
  seed,
  nodes
}: Pick<RunSpec, 'scenario' | 'network' | 'seed' | 'nodes'>): Float32Array {
  const stream = STREAMS.get(scenario)
  if (stream === undefined) {
    throw new SimulationError('bad-setting', `scenario: take one of ${[...STREAMS.keys()]}`)
  }
  const varying = varyingSetting(network)
  if (varying !== undefined) {
    throw new SimulationError('bad-setting', `network.${varying}: leave it out for fixed delays`)
  }
  const model = createNetwork(network, { seed, stream, first: 0, nodes, degree: 1 })
  const delays = new Float32Array(nodes * nodes)
  for (let from = 0; from < nodes; from++) {
    for (let to = 0; to < nodes; to++) {
      if (from !== to) delays[from * nodes + to] = model.strayTicks(from, to, 0) / TICKS_PER_MS
    }
  }
  return delays
}

/** A setting by which two messages over one link take different times, or one of them is lost. */
function varyingSetting(network: NetworkSpec): string | undefined {
  const { bandwidth, loss, jitterSigmaPermille: jitter, latency } = network
  if (bandwidth !== undefined) return 'bandwidth'
  if (loss !== undefined && loss.model !== 'none') return 'loss'
  // Measured ones vary as measured unless they are told not to.
  if ((jitter ?? (latency.model === 'aws33' ? 1 : 0)) !== 0) return 'jitterSigmaPermille'
  const fields = ['duplicatePermille', 'reorderPermille', 'corruptPermille'] as const
  return fields.find(field => (network[field] ?? 0) > 0)
}
