/** A shard has at least so many nodes, unless it is the only one. */
const SHARD_NODES_MIN = 1024
/** Few: what stays within a shard costs less, the more so the longer nothing happens. */
const SHARDS_MAX = 16

/** How many shards so many nodes make, where nothing else decides it. */
export function shardsFor(nodes: number): number {
  return Math.max(1, Math.min(SHARDS_MAX, Math.floor(nodes / SHARD_NODES_MIN)))
}

/**
 * Sides of the blocks that a torus is cut into, one a shard: equal blocks, as many as {@link shardsFor}
 * allows and the divisors of the sides give, and of those the ones with the least surface.
 */
export function blockSides(sides: readonly number[]): readonly number[] {
  const most = shardsFor(sides.reduce((product, side) => product * side, 1))
  let best = { block: sides, blocks: 1, surface: 0 }
  const choose = (axis: number, blocks: number, block: readonly number[]): void => {
    if (axis === sides.length) {
      // For its volume: an axis that isn't cut has none.
      const surface = block.reduce((sum, side, i) => sum + (side === sides[i] ? 0 : 1 / side), 0)
      if (blocks > best.blocks || (blocks === best.blocks && surface < best.surface)) {
        best = { block, blocks, surface }
      }
      return
    }
    const side = sides[axis]!
    for (let cuts = 1; cuts <= side && blocks * cuts <= most; cuts++) {
      if (side % cuts === 0) choose(axis + 1, blocks * cuts, [...block, side / cuts])
    }
  }
  choose(0, 1, [])
  return best.block
}

/** The number of the cell at some coordinates: block after block, row after row within each. */
export function numberOf(
  coords: readonly number[],
  sides: readonly number[],
  block: readonly number[]
): number {
  let blockNumber = 0
  let within = 0
  let blockNodes = 1
  for (const [axis, side] of block.entries()) {
    blockNumber = blockNumber * (sides[axis]! / side) + Math.floor(coords[axis]! / side)
    within = within * side + (coords[axis]! % side)
    blockNodes *= side
  }
  return blockNumber * blockNodes + within
}
