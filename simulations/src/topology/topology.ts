/**
 * Who has a link to whom. Nodes are numbered so that neighbours lie close together and a shard is a
 * run of numbers; links are numbered 0 to `degree` - 1 at each node.
 */
export interface Topology {
  readonly nodes: number
  readonly degree: number
  /** The node at the other end, or -1 where a node has fewer links. */
  peer(node: number, link: number): number
  /** The link by which that peer has this node, or -1 where links go one way. */
  back(node: number, link: number): number
  /** Number of fixed shards; depends on nothing but the topology. */
  readonly shards: number
  /** First node of a shard; `firstOf(shards)` is `nodes`. */
  firstOf(shard: number): number
  shardOf(node: number): number
  /** Hops between cells on the torus beneath; `undefined` where there is none. */
  readonly distance?: (a: number, b: number) => number
}
