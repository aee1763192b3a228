import { TorusError } from './errors.ts'
import { assertTabulable } from './graph.ts'
import type { Torus } from './torus.ts'

/** Who hosts which cells of a partly filled torus, and who is whose neighbour then. */
export interface Takeover {
  /** The occupied cells, ascending. */
  readonly occupied: readonly number[]
  /**
   * The occupied cell that hosts `cell`: itself if occupied, otherwise one of the nearest.
   *
   * @throws TorusError `bad-cell`.
   */
  hostOf(cell: number): number
  /**
   * The occupied cells whose territory touches that of `cell`, by distance, then by id. Without a
   * limit this is mutual, and leads from every occupied cell to every other. On a full torus these
   * are the torus neighbours.
   *
   * A limit keeps the nearest, but before them the *essential* ones: those that no third cell, a
   * neighbour of both, connects by two shorter links. The essential links alone still connect
   * everything, because the minimum spanning tree consists of such; so nothing falls apart while
   * nobody's limit is below the number of its essential neighbours. Under a limit a link can be
   * kept by one end only: it holds if either end keeps it.
   *
   * @param cell - an occupied cell
   * @throws TorusError `bad-cell` for an empty cell, `bad-limit`.
   */
  effectiveNeighbours(cell: number, limit?: number): number[]
}

/**
 * Lets every empty cell be hosted by a nearest occupied one (the takeover of CAN, Ratnasamy and
 * others, SIGCOMM 2001).
 *
 * An empty cell takes over the host of one of its neighbours that are a hop closer to an occupied
 * cell; where these have several hosts, the one with the least hash of (cell, host), then the least
 * id: everybody computes the same, no host is preferred, and every territory is connected. Costs
 * cells × degree.
 *
 * @param occupied - at least one cell; the order and repetitions don't matter
 * @throws TorusError `bad-cell`; `nobody-home` if empty; `too-large` above MAX_TABLE_CELLS cells.
 */
export function createTakeover(torus: Torus, occupied: Iterable<number>): Takeover {
  assertTabulable(torus)
  const hosts = settle(torus, occupied)
  const territories = chainTerritories(hosts)
  const residents: number[] = []
  for (let cell = 0; cell < torus.cells; cell++) if (hosts[cell] === cell) residents.push(cell)

  const touched = (host: number): Set<number> => {
    const others = new Set<number>()
    for (let cell = host; cell !== END; cell = territories[cell]!) {
      for (const next of torus.neighbours(cell)) others.add(hosts[next]!)
    }
    others.delete(host)
    return others
  }
  return {
    occupied: Object.freeze(residents),
    hostOf(cell) {
      torus.assertCell(cell)
      return hosts[cell]!
    },
    effectiveNeighbours(cell, limit = torus.cells) {
      if (hosts[cell] !== cell) {
        throw new TorusError('bad-cell', `${cell} is not occupied, ask for its host first`)
      }
      if (!Number.isInteger(limit) || limit < 0) {
        throw new TorusError('bad-limit', `${limit} is no limit, take an integer from 0 up`)
      }
      const nearestFirst = (a: number, b: number): number =>
        torus.distance(cell, a) - torus.distance(cell, b) || a - b
      const all = [...touched(cell)].sort(nearestFirst)
      if (all.length <= limit) return all
      const essential = new Set(essentialOf(torus, cell, all, touched))
      const others = all.filter(other => !essential.has(other))
      return [...essential, ...others].slice(0, limit).sort(nearestFirst)
    }
  }
}

/**
 * Those of a cell's neighbours to which no third one, a neighbour of both, leads over two shorter
 * links.
 */
function essentialOf(
  torus: Torus,
  cell: number,
  all: readonly number[],
  touched: (host: number) => ReadonlySet<number>
): number[] {
  // A strict order of the links, the same from both ends: without ties there is one minimum
  // spanning tree.
  const isShorter = (a: number, b: number, c: number, d: number): boolean =>
    (torus.distance(a, b) - torus.distance(c, d) ||
      Math.min(a, b) - Math.min(c, d) ||
      Math.max(a, b) - Math.max(c, d)) < 0
  const detours = all.map(third => ({ third, leadsTo: touched(third) }))
  return all.filter(
    other =>
      !detours.some(
        ({ third, leadsTo }) =>
          leadsTo.has(other) &&
          isShorter(cell, third, cell, other) &&
          isShorter(third, other, cell, other)
      )
  )
}

const END = -1

/** Each cell's successor in the list of its territory, which its host heads. */
function chainTerritories(hosts: Int32Array): Int32Array {
  const successors = new Int32Array(hosts.length).fill(END)
  for (const [cell, host] of hosts.entries()) {
    if (cell === host) continue
    successors[cell] = successors[host]!
    successors[host] = cell
  }
  return successors
}

/** The host of every cell: a breadth-first search from all occupied cells at once. */
function settle(torus: Torus, occupied: Iterable<number>): Int32Array {
  const hosts = new Int32Array(torus.cells).fill(UNKNOWN)
  const hops = new Int32Array(torus.cells).fill(UNKNOWN)
  const queue: number[] = []
  const reach = (cell: number, hop: number): void => {
    if (hops[cell] !== UNKNOWN) return
    hops[cell] = hop
    queue.push(cell)
  }
  for (const cell of occupied) {
    torus.assertCell(cell)
    hosts[cell] = cell
    reach(cell, 0)
  }
  if (queue.length === 0) {
    throw new TorusError('nobody-home', 'no cell is occupied, give at least one')
  }
  for (const cell of queue) {
    const hop = hops[cell]!
    for (const next of torus.neighbours(cell)) {
      reach(next, hop + 1)
      if (hops[next] === hop + 1) hosts[next] = fairer(next, hosts[next]!, hosts[cell]!)
    }
  }
  return hosts
}

const UNKNOWN = -1

/** Of two hosts for an empty cell, the one that takes it over. */
function fairer(cell: number, a: number, b: number): number {
  if (a === UNKNOWN || a === b) return b
  const [hashA, hashB] = [hash(cell, a), hash(cell, b)]
  if (hashA !== hashB) return hashA < hashB ? a : b
  return Math.min(a, b)
}

/**
 * Spreads pairs of cells over 32 bits: a multiplicative step, then the finalizer of MurmurHash3.
 */
function hash(cell: number, host: number): number {
  let h = Math.imul(cell, 0x9e3779b1) ^ host
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
