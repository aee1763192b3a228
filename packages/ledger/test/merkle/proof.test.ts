import assert from 'node:assert/strict'
import fc from 'fast-check'
import { hashOf } from '../../src/head.ts'
import {
  type Hash,
  leafHash,
  nodeHash,
  verifyConsistency,
  verifyInclusion
} from '../../src/index.ts'
import {
  consistencyPlan,
  hashRange,
  inclusionPlan,
  type TileSource
} from '../../src/merkle/proof.ts'
import { Tree } from '../../src/merkle/tree.ts'
import { consistencyPath, inclusionPath, treeHash } from '../support/reference.ts'

const MAX = 700
const LEAVES = Array.from({ length: MAX }, (_, i) => Buffer.from(`leaf ${i}`))

/** A tree over the first `size` leaves, and its tiles. */
function grow(size: number): { tree: Tree; tiles: TileSource } {
  const full = new Map<string, Buffer>()
  const tree = Tree.empty({ onTile: (level, index, tile) => full.set(`${level}/${index}`, tile) })
  for (const leaf of LEAVES.slice(0, size)) tree.append(leafHash(leaf))
  return { tree, tiles: async (level, index) => full.get(`${level}/${index}`) ?? tree.edge(level) }
}

async function hashes(plan: ReturnType<typeof inclusionPlan>, tiles: TileSource): Promise<Hash[]> {
  const found = await Promise.all(plan.map(range => hashRange(range, tiles)))
  assert.ok(found.every(hash => hash !== undefined))
  return found
}

const sizes = fc.integer({ min: 1, max: MAX })

describe('Merkle proofs', () => {
  it('are those of RFC 6962, read from tiles, and verify', async () => {
    const property = fc.asyncProperty(sizes, fc.nat(), fc.nat(), async (size, a, b) => {
      const { tree, tiles } = grow(size)
      const leaves = LEAVES.slice(0, size)
      assert.equal(tree.root(), hashOf(treeHash(leaves)))

      const index = a % size
      const path = await hashes(inclusionPlan(index, size), tiles)
      assert.deepEqual(path, inclusionPath(index, leaves).map(hashOf))
      assert.ok(verifyInclusion(index, size, leafHash(leaves[index]!), path, tree.root()))

      const from = 1 + (b % size)
      const root = hashOf(treeHash(leaves.slice(0, from)))
      const proof = await hashes(consistencyPlan(from, size), tiles)
      assert.deepEqual(proof, from === size ? [] : consistencyPath(from, leaves).map(hashOf))
      assert.ok(verifyConsistency(from, size, root, tree.root(), proof))
    })
    await fc.assert(property, { numRuns: 25, seed: 3 })
  })

  it('do not verify with anything changed', async () => {
    const changes = fc.record({
      size: fc.integer({ min: 2, max: 90 }),
      at: fc.nat(),
      where: fc.nat(),
      bit: fc.nat(255)
    })
    const property = fc.asyncProperty(changes, async ({ size, at, where, bit }) => {
      const { tree, tiles } = grow(size)
      const index = at % size
      const leaf = leafHash(LEAVES[index]!)
      const root = tree.root()
      const path = await hashes(inclusionPlan(index, size), tiles)
      const flip = (hash: Hash): Hash => {
        const bytes = Buffer.from(hash, 'latin1')
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        return hashOf(bytes)
      }
      const flipAt = (list: readonly Hash[]): Hash[] =>
        list.map((hash, i) => (i === where % list.length ? flip(hash) : hash))
      assert.equal(verifyInclusion(index, size, flip(leaf), path, root), false)
      assert.equal(verifyInclusion(index, size, leaf, flipAt(path), root), false)
      assert.equal(verifyInclusion(index, size, leaf, path, flip(root)), false)
      assert.equal(verifyInclusion(index, size, leaf, [...path, leaf], root), false)
      assert.equal(verifyInclusion(index, size, leaf, path.slice(1), root), false)
      assert.equal(verifyInclusion((index + 1) % size, size, leaf, path, root), false)

      const from = 1 + (index % (size - 1))
      const old = hashOf(treeHash(LEAVES.slice(0, from)))
      const proof = await hashes(consistencyPlan(from, size), tiles)
      assert.equal(verifyConsistency(from, size, flip(old), root, proof), false)
      assert.equal(verifyConsistency(from, size, old, flip(root), proof), false)
      assert.equal(verifyConsistency(from, size, old, root, flipAt(proof)), false)
      assert.equal(verifyConsistency(from, size, old, root, [...proof, old]), false)
      assert.equal(verifyConsistency(from, size, old, root, proof.slice(1)), false)
    })
    await fc.assert(property, { numRuns: 60, seed: 4 })
  })

  it('refuse sizes and positions that are none', () => {
    const root = leafHash(LEAVES[0]!)
    assert.ok(verifyInclusion(0, 1, root, [], root))
    for (const [index, size] of [
      [1, 1],
      [-1, 1],
      [0, 0],
      [0.5, 1],
      [0, Number.NaN],
      [2 ** 53, 2 ** 54]
    ] as const) {
      assert.equal(verifyInclusion(index, size, root, [], root), false)
    }
    for (const [from, to] of [
      [2, 1],
      [-1, 1],
      [0.5, 1],
      [1, Infinity]
    ] as const) {
      assert.equal(verifyConsistency(from, to, root, root, []), false)
    }
  })

  it('refuse hashes of another length', () => {
    const [a, b] = [leafHash(LEAVES[0]!), leafHash(LEAVES[1]!)]
    const root = nodeHash(a, b)
    assert.ok(verifyInclusion(0, 2, a, [b], root))
    assert.equal(verifyInclusion(0, 2, a, [b.slice(1)], root), false)
    assert.equal(verifyInclusion(0, 2, a, [`${b}x`], root), false)
    assert.ok(verifyConsistency(1, 2, a, root, [b]))
    assert.equal(verifyConsistency(1, 2, a, root, [`${b}x`]), false)
    assert.equal(verifyInclusion(0, 1, '', [], ''), false)
  })

  it('let every tree extend the empty one, by an empty proof only', () => {
    const empty = Tree.empty().root()
    const root = leafHash(LEAVES[0]!)
    assert.ok(verifyConsistency(0, 1, empty, root, []))
    assert.equal(verifyConsistency(0, 1, empty, root, [root]), false)
    assert.equal(verifyConsistency(0, 1, root, root, []), false)
  })
})

describe('tree', () => {
  it('goes on from the tiles of its right edge', () => {
    const property = fc.property(fc.nat(MAX), fc.nat(MAX), (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)]
      const { tree } = grow(from)
      const edge = [0, 1].map(level => Buffer.from(tree.edge(level)))
      const taken = Tree.fromEdge(from, edge)
      assert.ok(taken !== undefined)
      for (const leaf of LEAVES.slice(from, to)) taken.append(leafHash(leaf))
      assert.equal(taken.root(), grow(to).tree.root())
      assert.deepEqual(taken.nodes(), grow(to).tree.nodes())
    })
    fc.assert(property, { numRuns: 30, seed: 5 })
  })

  it('does not go on from tiles that are too short', () => {
    const { tree } = grow(300)
    const [leaves, tiles] = [0, 1].map(level => tree.edge(level))
    assert.equal(Tree.fromEdge(300, [leaves!.subarray(32), tiles]), undefined)
    assert.equal(Tree.fromEdge(300, [leaves, undefined]), undefined)
  })
})
