import { LONG_GENERATORS } from '@torusmesh/gossip'
import { type CayleyGraph, createCayleyGraph, createTorus, type Torus } from '@torusmesh/torus'
import { draw } from '../engine/random.ts'
import { SimulationError } from '../errors.ts'
import { blockSides, numberOf } from '../topology/numbering.ts'
import { randomRegularTopology } from '../topology/random-regular.ts'
import { sidesFor } from '../topology/sides.ts'
import {
  evenShards,
  sharedInt8,
  sharedInt16,
  sharedInt32,
  TableTopology
} from '../topology/table.ts'
import type { Topology } from '../topology/topology.ts'
import { longLinkTopology, torusTopology } from '../topology/torus.ts'
import { Stream } from './streams.ts'

/**
 * `torus-long` has two uniform long links a node, `torus-generators` four long generators, so eight
 * long links, the same ones at every node.
 */
export const OVERLAYS = ['torus', 'torus-long', 'torus-generators', 'random-8'] as const
export type Overlay = (typeof OVERLAYS)[number]

const RANDOM_DEGREE = 8
/** Generators for sides other than 8×8×8 are the best of so many draws, where a graph is quickly made. */
const DRAWS = 24
const DRAWS_CELLS_MAX = 5_000

/** @throws {SimulationError} `bad-setting` */
export function overlayTopology(overlay: Overlay, nodes: number, seed: number): Topology {
  switch (overlay) {
    case 'torus':
      return torusTopology(sidesFor(nodes))
    case 'torus-long':
      return longLinkTopology(sidesFor(nodes), seed)
    case 'torus-generators':
      return cayleyTopology(treeGraph(overlay, nodes))
    case 'random-8':
      return randomRegularTopology(nodes, RANDOM_DEGREE, seed)
    default:
      return overlay satisfies never
  }
}

/**
 * The graph whose trees messages follow.
 *
 * @throws {SimulationError} `bad-setting` for an overlay that doesn't look alike from every node
 */
export function treeGraph(overlay: Overlay, nodes: number): CayleyGraph {
  if (overlay === 'torus') return createCayleyGraph(createTorus(sidesFor(nodes)))
  if (overlay === 'torus-generators') {
    const torus = createTorus(sidesFor(nodes))
    return createCayleyGraph(torus, generatorsOf(torus))
  }
  throw new SimulationError(
    'bad-setting',
    `no translated trees on ${overlay}: take the overlay torus or torus-generators for tree-cast`
  )
}

/** The cell of a node, by its global number. */
export function cellsOf(topology: Topology): (node: number) => number {
  const columns = topology instanceof TableTopology ? topology.table.torus : undefined
  if (columns === undefined)
    throw new SimulationError('bad-setting', 'take an overlay with a torus')
  const { sides, coords } = columns
  return node =>
    sides.reduce((cell, side, axis) => cell * side + coords[node * sides.length + axis]!, 0)
}

function generatorsOf(torus: Torus): readonly (readonly number[])[] {
  const count = LONG_GENERATORS.length
  const { sides, cells } = torus
  if (sides.every(side => side === 8) && sides.length === 3) return LONG_GENERATORS
  const drawn = (n: number): number[][] =>
    Array.from({ length: count }, (_, g) =>
      sides.map((side, axis) => 1 + (draw(n, Stream.generator, g, axis) % (side - 1)))
    )
  if (cells > DRAWS_CELLS_MAX) return drawn(0)
  let best = drawn(0)
  let bestMean = Number.POSITIVE_INFINITY
  for (let n = 0; n < DRAWS; n++) {
    const { meanDistance } = createCayleyGraph(torus, drawn(n))
    if (meanDistance >= bestMean) continue
    best = drawn(n)
    bestMean = meanDistance
  }
  return best
}

/** Links in the order of the graph's; nodes numbered as on the plain torus. */
function cayleyTopology({ torus, cells, links, degree }: CayleyGraph): Topology {
  const { sides } = torus
  const block = blockSides(sides)
  const numbers = new Int32Array(cells)
  const coords = sharedInt16(cells * sides.length)
  for (let cell = 0; cell < cells; cell++) {
    const place = torus.coordsOf(cell)
    numbers[cell] = numberOf(place, sides, block)
    coords.set(place, numbers[cell]! * sides.length)
  }
  const backOf = links.map(link => links.indexOf(torus.offset(link, 0)))
  const peers = sharedInt32(cells * degree)
  const back = sharedInt8(cells * degree)
  for (let cell = 0; cell < cells; cell++) {
    const at = numbers[cell]! * degree
    for (let link = 0; link < degree; link++) {
      peers[at + link] = numbers[torus.translate(cell, links[link]!)]!
      back[at + link] = backOf[link]!
    }
  }
  const shards = cells / block.reduce((product, side) => product * side, 1)
  const firsts = evenShards(cells, shards)
  return new TableTopology({ degree, peers, back, firsts, torus: { sides, coords } })
}
