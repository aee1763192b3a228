import { drawBelow } from '../../engine/random.ts'
import type { Topology } from '../../topology/topology.ts'
import { Stream } from '../streams.ts'

/** Nodes of a shard: whole clusters, few enough that all their state stays in the CPU's caches. */
const SHARD_NODES = 64
/** Members of a cluster. */
export const SIZE_LEAST = 4
export const SIZE_MOST = 25
/** So many of 1,000 clusters have up to so many members: large ones cost with the square of their size. */
const SIZES: readonly (readonly [permille: number, most: number])[] = [
  [820, 4],
  [970, 7],
  [996, 12],
  [1_000, SIZE_MOST]
]

/** Nodes in shards of whole clusters. A node has a link to each that may be in its cluster. */
export function clusterTopology(nodes: number): Topology {
  const shards = Math.ceil(nodes / SHARD_NODES)
  return {
    nodes,
    degree: SIZE_MOST - 1,
    shards,
    // Links depend on the clusters, which lie within shards: nobody asks for others.
    peer: () => -1,
    back: () => -1,
    firstOf: shard => Math.min(nodes, shard * SHARD_NODES),
    shardOf: node => Math.floor(node / SHARD_NODES)
  }
}

/** First members of a shard's clusters by local number, and the end of the last; a rest stays alone. */
export function drawClusters(seed: number, first: number, nodes: number, most: number): number[] {
  const firsts = [0]
  for (let at = 0; nodes - at >= SIZE_LEAST; ) {
    const size = Math.min(drawSize(seed, first + at), most, nodes - at)
    at += size
    firsts.push(at)
  }
  return firsts
}

function drawSize(seed: number, node: number): number {
  const part = drawBelow(1_000, seed, Stream.size, node, 0)
  let least = SIZE_LEAST
  for (const [permille, most] of SIZES) {
    if (part < permille) return least + drawBelow(most - least + 1, seed, Stream.size, node, 1)
    least = most + 1
  }
  return SIZE_MOST
}
