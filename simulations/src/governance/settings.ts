import { SimulationError } from '../errors.ts'
import type { RunSpec } from '../scenario/spec.ts'
import { sidesFor } from '../topology/sides.ts'

const DAY_MS = 86_400_000
/** On shorter sides a member's neighbours are neighbours: what they vouch for looks like a clique's. */
const SIDE_MIN = 4
/** Weights are a fold over all members' events of a month; this many take minutes. */
const MEMBERS_MAX = 4_096
/** The ledger has no network of its own: what it holds, it holds in one order. */
export const NO_NETWORK = { latency: { model: 'constant', oneWayMs: 1 } } as const

/**
 * Epochs of a day that a spec's duration stands for.
 *
 * @throws {SimulationError} `bad-setting` for what governance can't honour
 */
export function epochsOf({ nodes, durationMs, network }: RunSpec): number {
  const { latency, ...others } = network
  const isPlain = latency.model === 'constant' && Object.values(others).every(setting => !setting)
  if (!isPlain) {
    throw new SimulationError(
      'bad-setting',
      'governance works on the ledger: leave the network out'
    )
  }
  if (nodes > MEMBERS_MAX || sidesFor(nodes).some(side => side < SIDE_MIN)) {
    throw new SimulationError(
      'bad-setting',
      `governance takes tori with sides of ${SIDE_MIN} or more and up to ${MEMBERS_MAX} members`
    )
  }
  const epochs = Math.floor(durationMs / DAY_MS)
  if (epochs < 7) {
    throw new SimulationError('bad-setting', 'take 7 days or more: weights need a history')
  }
  return epochs
}
