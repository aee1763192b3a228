import { evenShards } from '../../topology/table.ts'
import type { Topology } from '../../topology/topology.ts'

/** Nodes of a shard where everybody has a link to everybody. */
const SHARD_NODES = 8

/** Everybody has a link to everybody: link `l` of a node leads to the l-th of the others. */
export function completeTopology(nodes: number): Topology {
  const shards = Math.ceil(nodes / SHARD_NODES)
  const firsts = evenShards(nodes, shards)
  return {
    nodes,
    degree: nodes - 1,
    shards,
    peer: (node, link) => (link < node ? link : link + 1),
    back: (node, link) => (link < node ? node - 1 : node),
    firstOf: shard => firsts[shard]!,
    shardOf: node => {
      let shard = Math.floor((node * shards) / nodes)
      while (node < firsts[shard]!) shard--
      while (node >= firsts[shard + 1]!) shard++
      return shard
    }
  }
}
