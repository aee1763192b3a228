import type { Topology } from './topology.ts'

/** A topology's columns: structured-cloneable, in shared memory. */
export interface TopologyTable {
  readonly degree: number
  /** `nodes * degree`: the peer of each link, or -1. */
  readonly peers: Int32Array
  /** `nodes * degree`: the peer's link back, or -1. */
  readonly back: Int8Array
  /** First node of each shard, and of the one after the last. */
  readonly firsts: Int32Array
  /** The torus beneath, if there is one. */
  readonly torus?: TorusColumns
}

/** Where the nodes are on a torus. */
export interface TorusColumns {
  readonly sides: readonly number[]
  /** `nodes * sides.length`: coordinates of each node. */
  readonly coords: Int16Array
}

/** A topology whose links are a table. */
export class TableTopology implements Topology {
  readonly table: TopologyTable
  readonly nodes: number
  readonly degree: number
  readonly shards: number
  readonly distance?: (a: number, b: number) => number
  readonly #peers: Int32Array
  readonly #back: Int8Array
  readonly #firsts: Int32Array

  constructor(table: TopologyTable) {
    this.table = table
    this.#peers = table.peers
    this.#back = table.back
    this.#firsts = table.firsts
    this.degree = table.degree
    this.shards = table.firsts.length - 1
    this.nodes = table.firsts[this.shards]!
    if (table.torus !== undefined) this.distance = distanceOn(table.torus)
  }

  get byteLength(): number {
    const { peers, back, firsts, torus } = this.table
    return peers.byteLength + back.byteLength + firsts.byteLength + (torus?.coords.byteLength ?? 0)
  }

  peer(node: number, link: number): number {
    return this.#peers[node * this.degree + link]!
  }

  back(node: number, link: number): number {
    return this.#back[node * this.degree + link]!
  }

  firstOf(shard: number): number {
    return this.#firsts[shard]!
  }

  shardOf(node: number): number {
    // Shards have equal sizes, give or take one.
    let shard = Math.floor((node * this.shards) / this.nodes)
    while (node < this.#firsts[shard]!) shard--
    while (node >= this.#firsts[shard + 1]!) shard++
    return shard
  }
}

/** A thread's own view of a shared table. */
export function topologyOf(table: TopologyTable): Topology {
  return new TableTopology(table)
}

/** Wrap-around Manhattan distance. */
function distanceOn({ sides, coords }: TorusColumns): (a: number, b: number) => number {
  const dimensions = sides.length
  return (a, b) => {
    let hops = 0
    for (let axis = 0; axis < dimensions; axis++) {
      const side = sides[axis]!
      const gap = Math.abs(coords[a * dimensions + axis]! - coords[b * dimensions + axis]!)
      hops += gap * 2 > side ? side - gap : gap
    }
    return hops
  }
}

/** Shards of equal size, give or take one node. */
export function evenShards(nodes: number, shards: number): Int32Array {
  const firsts = sharedInt32(shards + 1)
  for (let shard = 0; shard <= shards; shard++) firsts[shard] = Math.floor((shard * nodes) / shards)
  return firsts
}

export function sharedInt32(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT))
}

export function sharedInt16(length: number): Int16Array {
  return new Int16Array(new SharedArrayBuffer(length * Int16Array.BYTES_PER_ELEMENT))
}

export function sharedInt8(length: number): Int8Array {
  return new Int8Array(new SharedArrayBuffer(length))
}
