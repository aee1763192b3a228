import { TorusError } from './errors.ts'
import type { Torus } from './torus.ts'

/*
 * The construction. Put the root at 0 and cut each axis of side k at h = ⌊k/2⌋ into a positive half
 * 1 … h and a negative half h+1 … k−1, which is empty if k = 2. "Clearing" an axis means walking it
 * back to 0 within its half. The tree of direction (i, s), axis i and sign s, takes a cell to the
 * root in two phases:
 *
 * 1. Unless coordinate i lies in half s, walk axis i into half s: from 0 by one step s, otherwise
 *    on, away from 0, across the cut.
 * 2. Clear the other axes in the cyclic order i+1, i+2, …, and axis i at last.
 *
 * Proof that the paths of a cell v in different trees meet only at their ends. Take a path (i, s)
 * for which v is not in half s of axis i. On all its inner cells coordinate i is, seen from 0,
 * beyond that of v. Every other path keeps it from v's down to 0, as it clears axis i only within
 * v's half and leaves it alone if v has 0 there; except (i, −s) if v has 0 there, and that goes to
 * the other side. So these paths meet no other. What remains is one path for each axis where v is
 * not 0, that of v's own half, and these only clear. On the path of axis i the axes changed so far
 * are a run of v's non-zero axes in cyclic order that starts after i. For different axes runs that
 * leave out some axis start after different axes, so they are different sets; and once all axes are
 * changed, only the path's own is still non-zero. ∎
 */

/**
 * Where a cell passes on what is meant for the root, in one of `torus.degree` independent spanning
 * trees; undefined at the root. A cell knows its place in each tree from its own coordinates alone.
 *
 * Independent: the paths of one cell to the root, one in each tree, share no cell but their two
 * ends. So if fewer cells fail than there are trees, and neither end among them, one of the paths
 * holds: on 8×8×8, with six trees, after any five failures. This holds for every torus, sides of 2
 * and 3 included. No path is longer than diameter + max(1, ⌈longest side / 2⌉ − 1).
 *
 * That a torus has as many was shown by Tang, Yang, Wang and Chang, "Independent spanning trees on
 * multidimensional torus networks", IEEE Transactions on Computers 59(1), 2010; the construction
 * here is our own, proved above.
 *
 * @param tree - 0 to `degree − 1`: the direction, as in `neighbours`, in which this tree leaves the
 *   root
 * @throws TorusError `bad-tree`, `bad-cell`.
 */
export function treeParent(
  torus: Torus,
  tree: number,
  cell: number,
  root: number
): number | undefined {
  if (!Number.isInteger(tree) || tree < 0 || tree >= torus.degree) {
    throw new TorusError('bad-tree', `${tree} is no tree, take 0 to ${torus.degree - 1}`)
  }
  torus.assertCell(cell)
  torus.assertCell(root)
  if (cell === root) return undefined
  const { sides, dimensions } = torus
  const { axis: own, sign } = torus.directionAt(tree)
  const coords = torus.coordsOf(torus.offset(root, cell))
  const half = (axis: number): number => halfOf(coords[axis]!, sides[axis]!)

  if (half(own) !== sign) {
    coords[own]! += half(own) || sign
  } else {
    let axis = (own + 1) % dimensions
    while (half(axis) === 0) axis = (axis + 1) % dimensions
    coords[axis]! -= half(axis)
  }
  return torus.translate(torus.cellAt(coords), root)
}

/**
 * The neighbours that `cell` serves in one of the trees, in the order of `neighbours`.
 *
 * @throws TorusError `bad-tree`, `bad-cell`.
 */
export function treeChildren(torus: Torus, tree: number, cell: number, root: number): number[] {
  torus.assertCell(cell)
  return torus.neighbours(cell).filter(next => treeParent(torus, tree, next, root) === cell)
}

/**
 * The path from `cell` to `root` in one of the trees, both ends included.
 *
 * @throws TorusError `bad-tree`, `bad-cell`.
 */
export function treePath(torus: Torus, tree: number, cell: number, root: number): number[] {
  const path: number[] = []
  for (let at: number | undefined = cell; at !== undefined; ) {
    path.push(at)
    at = treeParent(torus, tree, at, root)
  }
  return path
}

/** 0 at the origin, otherwise the half of the ring. */
function halfOf(x: number, side: number): -1 | 0 | 1 {
  if (x === 0) return 0
  return x * 2 <= side ? 1 : -1
}
