import { createTorus } from '@torusmesh/torus'

/** Who watches whom: one node a cell, watched by the nodes of the adjacent cells. */
export class Topology {
  readonly nodes: number
  readonly degree: number
  /** `nodes * degree`: the peer in each slot. */
  readonly peers: Int32Array
  /** `nodes * degree`: the slot in which that peer has this node. */
  readonly back: Uint8Array
  readonly distance: (a: number, b: number) => number

  constructor(sides: readonly number[]) {
    const torus = createTorus(sides)
    this.nodes = torus.cells
    this.degree = torus.degree
    this.distance = (a, b) => torus.distance(a, b)
    this.peers = new Int32Array(this.nodes * this.degree)
    this.back = new Uint8Array(this.nodes * this.degree)
    for (let node = 0; node < this.nodes; node++) {
      this.peers.set(torus.neighbours(node), node * this.degree)
    }
    for (let node = 0; node < this.nodes; node++) {
      for (let slot = 0; slot < this.degree; slot++) {
        this.back[node * this.degree + slot] = this.slotOf(this.peer(node, slot), node)
      }
    }
  }

  peer(node: number, slot: number): number {
    return this.peers[node * this.degree + slot]!
  }

  backSlot(node: number, slot: number): number {
    return this.back[node * this.degree + slot]!
  }

  /** The slot in which `node` has `peer`, or -1. */
  slotOf(node: number, peer: number): number {
    for (let slot = 0; slot < this.degree; slot++) {
      if (this.peer(node, slot) === peer) return slot
    }
    return -1
  }

  /**
   * The `k`-th way round from `node` to the peer in `slot`: slots to take from `node` and from the next
   * node, whose neighbour then has that peer for a neighbour too. `undefined` if there are fewer.
   */
  detour(node: number, slot: number, k: number): { first: number; second: number } | undefined {
    const target = this.peer(node, slot)
    let left = k
    for (let first = 0; first < this.degree; first++) {
      const helper = this.peer(node, first)
      if (helper === target) continue
      for (let second = 0; second < this.degree; second++) {
        const end = this.peer(helper, second)
        if (end === node || end === target || this.slotOf(end, target) < 0) continue
        if (left-- === 0) return { first, second }
      }
    }
    return undefined
  }
}
