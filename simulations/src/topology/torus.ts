import { createTorus, longLinkPermutation, SEED_BYTES, type Torus } from '@torusmesh/torus'
import { draw } from '../engine/random.ts'
import { SimulationError } from '../errors.ts'
import { blockSides, numberOf } from './numbering.ts'
import {
  evenShards,
  sharedInt8,
  sharedInt16,
  sharedInt32,
  TableTopology,
  type TopologyTable
} from './table.ts'
import type { Topology } from './topology.ts'

/** Coordinates are columns of 16 bits. */
const SIDE_MAX: number = 2 ** 15

/** Counter-based draws of a topology have a stream of their own. */
const LONG_LINK_STREAM = 0x746f_706f

/**
 * A torus of any dimension; links are in the order +x, −x, +y, … of `@torusmesh/torus`, one an axis
 * of side 2. A last axis of a few nodes makes them members of one cell. Shards are blocks.
 *
 * @throws {TorusError} `bad-sides`
 */
export function torusTopology(sides: readonly number[]): Topology {
  return new TableTopology(torusTable(sides).table)
}

/**
 * The same with two long links a node after the others: the ring of all cells in random order that
 * `longLinkPermutation` draws. By the first the node dials, by the second it is dialled.
 *
 * @param seed - unsigned 32-bit
 * @throws {TorusError} `bad-sides`, `too-large` above 2^24 cells
 */
export function longLinkTopology(sides: readonly number[], seed: number): Topology {
  const { torus, numbers, table } = torusTable(sides)
  const { dials, accepts } = longLinkPermutation(torus, seedBytes(seed))
  const near = torus.degree
  const degree = near + 2
  const peers = sharedInt32(torus.cells * degree)
  const back = sharedInt8(torus.cells * degree)
  for (let cell = 0; cell < torus.cells; cell++) {
    const node = numbers[cell]!
    const at = node * degree
    peers.set(table.peers.subarray(node * near, (node + 1) * near), at)
    back.set(table.back.subarray(node * near, (node + 1) * near), at)
    peers[at + near] = numbers[dials[cell]!]!
    peers[at + near + 1] = numbers[accepts[cell]!]!
    back[at + near] = near + 1
    back[at + near + 1] = near
  }
  return new TableTopology({ ...table, degree, peers, back })
}

interface Numbered {
  readonly torus: Torus
  /** By cell: its node. */
  readonly numbers: Int32Array
  readonly table: TopologyTable
}

function torusTable(sides: readonly number[]): Numbered {
  if (sides.some(side => side > SIDE_MAX)) {
    throw new SimulationError('bad-setting', `[${sides}]: take sides of at most ${SIDE_MAX}`)
  }
  const torus = createTorus(sides)
  const { cells, degree } = torus
  const block = blockSides(sides)
  const numbers = new Int32Array(cells)
  const coords = sharedInt16(cells * sides.length)
  const place = sides.map(() => 0)
  for (let cell = 0; cell < cells; cell++) {
    const node = numberOf(place, sides, block)
    numbers[cell] = node
    coords.set(place, node * sides.length)
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      if (++place[axis]! < sides[axis]!) break
      place[axis] = 0
    }
  }
  const opposite = oppositeLinks(torus)
  const peers = sharedInt32(cells * degree)
  const back = sharedInt8(cells * degree)
  for (let cell = 0; cell < cells; cell++) {
    const at = numbers[cell]! * degree
    for (let link = 0; link < degree; link++) {
      peers[at + link] = numbers[torus.neighbourAt(cell, link)]!
      back[at + link] = opposite[link]!
    }
  }
  const shards = cells / block.reduce((product, side) => product * side, 1)
  const firsts = evenShards(cells, shards)
  return { torus, numbers, table: { degree, peers, back, firsts, torus: { sides, coords } } }
}

/** By link: the link of the same axis the other way; itself on an axis of side 2. */
function oppositeLinks(torus: Torus): number[] {
  return Array.from({ length: torus.degree }, (_, link) => {
    const { axis, sign } = torus.directionAt(link)
    return torus.sides[axis] === 2 ? link : link + sign
  })
}

function seedBytes(seed: number): Uint8Array {
  return Uint8Array.from(
    { length: SEED_BYTES },
    (_, n) => draw(seed, LONG_LINK_STREAM, 0, n) & 0xff
  )
}
