import { drawBelow } from '../engine/random.ts'
import { SimulationError } from '../errors.ts'
import type { RunSpec } from '../scenario/spec.ts'
import type { Topology } from '../topology/topology.ts'

const SIZE_STREAM = 0x7570_0001
/** Nodes of a shard: whole meshes. */
const SHARD_NODES = 512
/** Members of a mesh. */
export const SIZE_LEAST = 4
const SIZES: readonly (readonly [permille: number, most: number])[] = [
  [700, 7],
  [930, 12],
  [990, 27],
  [1_000, 64]
]
const MEMBERS_MAX = 4_096

/** Virtual time within a rollout is its own: there is no network between meshes. */
export const NO_NETWORK = { latency: { model: 'constant', oneWayMs: 1 } } as const

/** Nodes in shards of whole meshes, that have no links to each other. */
export function meshTopology(nodes: number, members: number): Topology {
  const shardNodes = Math.max(SHARD_NODES, members)
  return {
    nodes,
    degree: 1,
    shards: Math.ceil(nodes / shardNodes),
    peer: () => -1,
    back: () => -1,
    firstOf: shard => Math.min(nodes, shard * shardNodes),
    shardOf: node => Math.floor(node / shardNodes)
  }
}

/** First nodes of a shard's meshes by local number, and the end of the last; a rest stays alone. */
export function drawMeshes(seed: number, first: number, nodes: number, members: number): number[] {
  const firsts = [0]
  for (let at = 0; nodes - at >= Math.max(SIZE_LEAST, members); ) {
    const size = members > 0 ? members : Math.min(drawSize(seed, first + at), nodes - at)
    at += size
    firsts.push(at)
  }
  return firsts
}

/**
 * @throws {SimulationError} `bad-setting` for what these scenarios can't honour
 */
export function checkSettings({ network }: RunSpec, members: number): void {
  const { latency, ...others } = network
  const isPlain = latency.model === 'constant' && Object.values(others).every(setting => !setting)
  if (!isPlain) {
    throw new SimulationError('bad-setting', 'rollouts draw their network: leave it out')
  }
  if (members !== 0 && (members < SIZE_LEAST || members > MEMBERS_MAX)) {
    throw new SimulationError(
      'bad-setting',
      `parameters.members: give ${SIZE_LEAST} to ${MEMBERS_MAX}, or 0 for meshes of 4 to 64`
    )
  }
}

function drawSize(seed: number, node: number): number {
  const part = drawBelow(1_000, seed, SIZE_STREAM, node, 0)
  let least = SIZE_LEAST
  for (const [permille, most] of SIZES) {
    if (part < permille) return least + drawBelow(most - least + 1, seed, SIZE_STREAM, node, 1)
    least = most + 1
  }
  return least
}
