import { draw, drawBelow } from '../engine/random.ts'
import { SimulationError } from '../errors.ts'
import { shardsFor } from './numbering.ts'
import { evenShards, sharedInt8, sharedInt32, TableTopology } from './table.ts'
import type { Topology } from './topology.ts'

const STREAM = 0x7267_756c

/**
 * A random graph in which every node has `degree` different peers: as many rings through all nodes as
 * half of that, each in random order. Where a ring would repeat a link, a stretch of it is turned round.
 *
 * @param degree - even, 2 to 126; below half of the nodes
 * @param seed - unsigned 32-bit
 * @throws {SimulationError} `bad-setting`
 */
export function randomRegularTopology(nodes: number, degree: number, seed: number): Topology {
  if (degree < 2 || degree > 126 || degree % 2 !== 0 || degree * 2 >= nodes) {
    throw new SimulationError(
      'bad-setting',
      `no graph of ${nodes} nodes and degree ${degree}: take an even degree below ${nodes / 2}`
    )
  }
  const peers = sharedInt32(nodes * degree).fill(-1)
  const back = sharedInt8(nodes * degree)
  for (let ring = 0; ring < degree / 2; ring++) {
    const order = shuffled(nodes, seed, STREAM + ring)
    const linked = (a: number, b: number): boolean => {
      for (let link = 0; link < 2 * ring; link++) if (peers[a * degree + link] === b) return true
      return false
    }
    untangle(order, linked, seed, STREAM + ring)
    for (const [at, node] of order.entries()) {
      const next = order[(at + 1) % nodes]!
      peers[node * degree + 2 * ring] = next
      back[node * degree + 2 * ring] = 2 * ring + 1
      peers[next * degree + 2 * ring + 1] = node
      back[next * degree + 2 * ring + 1] = 2 * ring
    }
  }
  return new TableTopology({ degree, peers, back, firsts: evenShards(nodes, shardsFor(nodes)) })
}

function shuffled(nodes: number, seed: number, stream: number): Int32Array {
  const order = Int32Array.from({ length: nodes }, (_, node) => node)
  for (let last = nodes - 1; last > 0; last--) {
    const other = Math.floor((draw(seed, stream, 0, last) * (last + 1)) / 0x1_0000_0000)
    const node = order[last]!
    order[last] = order[other]!
    order[other] = node
  }
  return order
}

/**
 * Makes a ring free of links there already are. A link u → v is replaced by cutting the ring at another
 * link p → q and turning round the stretch v … p: then u → p and v → q. One that adds no old link
 * exists while each node has at most half of all others for peers (Ore's theorem; the repair is that of
 * E. M. Palmer, "The hidden algorithm of Ore's theorem on Hamiltonian cycles", 1997).
 */
function untangle(
  ring: Int32Array,
  linked: (a: number, b: number) => boolean,
  seed: number,
  stream: number
): void {
  const { length } = ring
  const isOld = (a: number, b: number): boolean => linked(ring[a % length]!, ring[b % length]!)
  for (let u = 0; u < length; u++) {
    const v = u + 1
    if (!isOld(u, v)) continue
    const choices = length - 3
    let choice = drawBelow(Math.min(choices, 2 ** 21), seed, stream, 1, u)
    while (isOld(u, v + 1 + choice) || isOld(v, v + 2 + choice)) choice = (choice + 1) % choices
    const first = v % length
    const last = (v + 1 + choice) % length
    // Turning round the stretch or all the rest makes the same ring; one of them doesn't wrap around.
    if (first <= last) ring.subarray(first, last + 1).reverse()
    else ring.subarray(last + 1, first).reverse()
  }
}
