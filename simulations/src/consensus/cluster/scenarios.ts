import type { NetworkSpec } from '../../network/spec.ts'
import type { Scenario } from '../../scenario/scenario.ts'
import type { RunSpec } from '../../scenario/spec.ts'
import { mergeClusters } from './merge.ts'
import { ClustersModel, type ClustersResult } from './model.ts'
import { FORKING, HOSTILE, type Plot, recoveryPlot } from './plot.ts'
import { clusterTopology, SIZE_MOST } from './sizes.ts'

const NETWORK: NetworkSpec = {
  latency: { model: 'uniform', minMs: 1, maxMs: 8 },
  transport: 'datagram'
}

/** Views take up to 64 Δ, and who alone knows an item must lead one. */
const LIVENESS_MS = 600_000
/** Members of a cluster that is to fork, at most. */
const FORK_SIZE_MOST = 10
/** Members of a cluster where one dies, at most. */
const RECOVERY_SIZE_MOST = 7

function clustersScenario(
  name: string,
  about: string,
  defaults: Omit<Scenario['defaults'], 'faults'>,
  sizeMost: number,
  plotOf: (spec: RunSpec, first: number) => Plot
): Scenario {
  return {
    name,
    about,
    parameters: {},
    defaults: { ...defaults, faults: [] },
    faults: [],
    behaviours: [],
    topology: ({ nodes }) => clusterTopology(nodes),
    createShard: (setup, port) =>
      new ClustersModel(setup, port, { sizeMost, plotOf: first => plotOf(setup.spec, first) }),
    merge: (setup, results) => mergeClusters(setup, results as readonly ClustersResult[])
  }
}

/** Below a third of the power nobody splits, frames, or stops the honest. */
export const consensusAdversarial: Scenario = clustersScenario(
  'consensus-adversarial',
  'small clusters under twins, rule breakers, crashes, partitions, set changes: safety, then liveness',
  {
    nodes: 2_048,
    durationMs: LIVENESS_MS,
    network: {
      ...NETWORK,
      loss: { model: 'uniform', permille: 20 },
      duplicatePermille: 50,
      reorderPermille: 100
    }
  },
  SIZE_MOST,
  () => HOSTILE
)

/** With more than a third, forks happen, and a third of the power is named by its own messages. */
export const consensusForks: Scenario = clustersScenario(
  'consensus-forks',
  'Byzantine power above a third makes two conflicting blocks final: the verifier names whom to blame',
  { nodes: 2_048, durationMs: 10_000, network: NETWORK },
  FORK_SIZE_MOST,
  () => FORKING
)

/** Each write of the vote path goes wrong in each way: nobody contradicts itself or forgets a decision. */
export const consensusRecovery: Scenario = clustersScenario(
  'consensus-recovery',
  'kill −9 and EIO at every write of the vote path, with the store kept or lost',
  { nodes: 2_048, durationMs: LIVENESS_MS, network: NETWORK },
  RECOVERY_SIZE_MOST,
  ({ seed }, first) => recoveryPlot(seed, first)
)
