import { createTreeCastPlan, type TreeCastPlan, treeCastLimits } from '@torusmesh/gossip'
import type { ShardModel, ShardPort } from '../../engine/model.ts'
import type { World } from '../../gossip/carrier.ts'
import { cellsOf, overlayTopology, treeGraph } from '../../gossip/overlay.ts'
import { TreeCastCarrier } from '../../gossip/tree-cast-carrier.ts'
import type { RunSetup, Scenario } from '../../scenario/scenario.ts'
import { simplexProtocol } from '../simplex-protocol.ts'
import { firstEpoch, ML_DSA_44_BYTES, StandInKeys } from '../stand-in.ts'
import { tendermintProtocol } from '../yardstick/tendermint-protocol.ts'
import { completeTopology } from './complete.ts'
import type { LatencyResult } from './findings.ts'
import { mergeLatency } from './merge.ts'
import { LatencyModel } from './model.ts'
import { parameters, type Settings, settingsOf } from './settings.ts'

const OVERLAY = 'torus-generators'
/** Letters a node remembers: all votes of one decision of 512 nodes, and as many again. */
const LETTERS_KEPT = 2_048

/** How long it takes until an item is final at every node, and what it costs. */
export const consensusLatency: Scenario = {
  name: 'consensus-latency',
  about: 'honest validators decide items with the costs of real signatures: finality, bytes, CPU',
  parameters,
  defaults: {
    nodes: 50,
    durationMs: 32_000,
    network: { latency: { model: 'aws33' } },
    faults: []
  },
  faults: [],
  behaviours: [],
  topology(spec) {
    const { nodes, seed } = spec
    return settingsOf(spec).carrier === 'direct'
      ? completeTopology(nodes)
      : overlayTopology(OVERLAY, nodes, seed)
  },
  createShard,
  merge: (setup, results) => mergeLatency(setup, results as readonly LatencyResult[])
}

function createShard(setup: RunSetup, port: ShardPort): ShardModel {
  const settings = settingsOf(setup.spec)
  const cast = settings.carrier === 'gossip' ? castOf(setup, port, settings) : null
  const keys = new StandInKeys(setup.spec.seed)
  const { nodes } = setup.spec
  switch (settings.protocol) {
    case 'simplex': {
      const powers = new Array<number>(nodes).fill(1)
      const seed = setup.spec.seed.toString(16).padStart(64, '0')
      const epoch = firstEpoch(keys, powers, { seed, delayMs: settings.delayMs })
      return new LatencyModel(setup, port, {
        settings,
        cast,
        protocol: simplexProtocol(epoch, keys)
      })
    }
    case 'tendermint': {
      const { delayMs } = settings
      const protocol = tendermintProtocol({ nodes, delayMs, keys })
      return new LatencyModel(setup, port, { settings, cast, protocol })
    }
    default:
      return settings.protocol satisfies never
  }
}

/** All shards of a thread share a topology's plan. */
const plans = new WeakMap<object, TreeCastPlan>()

function castOf(
  { topology }: RunSetup,
  { first, nodes }: ShardPort,
  { itemBytes }: Settings
): (world: World, sourceOf: (id: number) => number) => TreeCastCarrier {
  let plan = plans.get(topology)
  if (plan === undefined) {
    plan = createTreeCastPlan(treeGraph(OVERLAY, topology.nodes))
    plans.set(topology, plan)
  }
  const cellOf = cellsOf(topology)
  const init = {
    nodes,
    plan,
    limits: { ...treeCastLimits, messages: LETTERS_KEPT },
    cellOf: (local: number) => cellOf(first + local),
    sizeBytes: Math.max(ML_DSA_44_BYTES, itemBytes)
  }
  return (world, sourceOf) =>
    new TreeCastCarrier({ ...init, world, sourceCellOf: id => cellOf(sourceOf(id)) })
}
