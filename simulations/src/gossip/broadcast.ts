import { createTreeCastPlan, type TreeCastPlan, treeCastLimits } from '@torusmesh/gossip'
import type { ShardModel, ShardPort } from '../engine/model.ts'
import type { RunSetup, Scenario } from '../scenario/scenario.ts'
import type { Carrier, World } from './carrier.ts'
import type { DeliveryResult } from './deliveries.ts'
import { Flood } from './flood.ts'
import { Gossipsub } from './gossipsub.ts'
import { mergeDeliveries } from './merge.ts'
import { BroadcastModel } from './model.ts'
import { cellsOf, overlayTopology, treeGraph } from './overlay.ts'
import type { Schedule } from './schedule.ts'
import { parameters, type Settings, settingsOf } from './settings.ts'
import { TreeCastCarrier } from './tree-cast-carrier.ts'

/**
 * One mesh, one stream of messages from drawn sources, one way to spread them: how fast, how many copies,
 * how many bytes, and whether every live node with a path of live neighbours to the source gets all.
 */
export const broadcast: Scenario = {
  name: 'broadcast',
  about:
    'messages to all nodes: by flooding, by gossipsub, or along translated trees with pull repair',
  parameters,
  defaults: {
    nodes: 512,
    durationMs: 16_000,
    network: { latency: { model: 'lognormal', medianMs: 60, sigmaPermille: 600 } },
    faults: []
  },
  faults: ['crash', 'restart', 'pause', 'partition'],
  behaviours: [],
  topology({ nodes, seed, parameters }) {
    return overlayTopology(parameters['overlay'] as Settings['overlay'], nodes, seed)
  },
  createShard(setup, port): ShardModel {
    const settings = settingsOf(setup.spec)
    return new BroadcastModel(setup, port, (world, schedule) =>
      createCarrier(setup, port, settings, world, schedule)
    )
  },
  merge: (setup, results) => mergeDeliveries(setup, results as readonly DeliveryResult[])
}

/** All shards of a thread share a topology's plan. */
const plans = new WeakMap<object, TreeCastPlan>()

function planOf({ topology }: RunSetup, overlay: Settings['overlay']): TreeCastPlan {
  let plan = plans.get(topology)
  if (plan === undefined) {
    plan = createTreeCastPlan(treeGraph(overlay, topology.nodes))
    plans.set(topology, plan)
  }
  return plan
}

function createCarrier(
  setup: RunSetup,
  port: ShardPort,
  settings: Settings,
  world: World,
  schedule: Schedule
): Carrier {
  const { nodes, first } = port
  const { messagesKept: kept, meshDegree, meshMax, sizeBytes, floodHops } = settings
  switch (settings.carrier) {
    case 'flood':
      return new Flood(world, nodes, kept)
    case 'gossipsub': {
      const sendsDontWant = sizeBytes >= settings.idontwantBytes
      const { seed } = setup.spec
      return new Gossipsub({ world, nodes, first, seed, kept, meshDegree, meshMax, sendsDontWant })
    }
    case 'tree-cast': {
      const plan = planOf(setup, settings.overlay)
      const cellOf = cellsOf(setup.topology)
      return new TreeCastCarrier({
        world,
        nodes,
        plan,
        limits: { ...treeCastLimits, messages: kept, floodHops },
        cellOf: local => cellOf(first + local),
        sourceCellOf: id => cellOf(schedule.sourceOf(id)),
        sizeBytes
      })
    }
    default:
      return settings.carrier satisfies never
  }
}
