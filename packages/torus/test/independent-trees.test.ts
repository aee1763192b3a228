import assert from 'node:assert/strict'
import fc from 'fast-check'
import { createTorus, type Torus, treeChildren, treeParent, treePath } from '../src/index.ts'
import { anyTorus, check, range, throwsCode, torusWithCells } from './support.ts'

describe('independent spanning trees', () => {
  it('are six on 8×8×8, with disjoint paths to the root from every cell', () => {
    const torus = createTorus()
    assert.equal(torus.degree, 6)
    assertIndependent(torus, 0)
  })

  for (const sides of [
    [2],
    [3],
    [2, 2],
    [2, 3],
    [3, 3],
    [2, 2, 2, 2],
    [3, 2, 4],
    [5, 4, 3],
    [9, 9]
  ]) {
    it(`are as many as a cell has neighbours on ${sides.join('×')}`, () => {
      assertIndependent(createTorus(sides), 0)
    })
  }

  it('are independent on every torus and for every root', () => {
    check(
      fc.property(torusWithCells(1, 200), ([torus, root]) => assertIndependent(torus, root!)),
      60
    )
  })

  it('leave the root in their own direction', () => {
    check(
      fc.property(torusWithCells(2), ([torus, cell, root]) => {
        if (cell === root) return
        for (const tree of range(torus.degree)) {
          assert.equal(treePath(torus, tree, cell!, root!).at(-2), torus.neighbourAt(root!, tree))
        }
      })
    )
  })

  it('know their children', () => {
    check(
      fc.property(torusWithCells(1, 120), ([torus, root]) => {
        for (const tree of range(torus.degree)) {
          const children = range(torus.cells).flatMap(cell =>
            treeChildren(torus, tree, cell, root!)
          )
          assert.equal(children.length, torus.cells - 1)
          assert.equal(new Set(children).size, torus.cells - 1)
        }
      }),
      30
    )
  })

  it('are deeper than the diameter only by the longer way round one axis', () => {
    check(
      fc.property(anyTorus(150), torus => {
        const detour = Math.ceil(Math.max(...torus.sides) / 2) - 1
        assert.ok(depth(torus) <= torus.diameter + Math.max(1, detour), String(torus.sides))
      }),
      40
    )
    assert.equal(depth(createTorus()), 12 + 3)
  })

  it('bring a message past five failed cells on 8×8×8', () => {
    const torus = createTorus()
    const cell = fc.integer({ min: 1, max: 511 })
    check(
      fc.property(cell, fc.uniqueArray(cell, { minLength: 5, maxLength: 5 }), (from, failed) => {
        if (failed.includes(from)) return
        const holding = range(6).filter(tree =>
          treePath(torus, tree, from, 0).every(hop => !failed.includes(hop))
        )
        assert.notEqual(holding.length, 0)
      }),
      300
    )
  })

  it('refuse what is no tree and no cell', () => {
    const torus = createTorus()
    for (const tree of [-1, 6, 0.5]) throwsCode('bad-tree', () => treeParent(torus, tree, 1, 0))
    throwsCode('bad-cell', () => treeParent(torus, 0, 512, 0))
    throwsCode('bad-cell', () => treeParent(torus, 0, 0, 512))
    throwsCode('bad-cell', () => treeChildren(torus, 0, 512, 0))
  })
})

/** From every cell the trees' paths lead over links to the root, and share nothing else. */
function assertIndependent(torus: Torus, root: number): void {
  for (const cell of range(torus.cells)) {
    const inner: number[] = []
    for (const tree of range(torus.degree)) {
      const path = treePath(torus, tree, cell, root)
      assert.equal(path.at(-1), root)
      for (const [i, hop] of path.slice(1).entries()) {
        assert.equal(torus.distance(path[i]!, hop), 1)
      }
      inner.push(...path.slice(1, -1))
    }
    assert.equal(new Set(inner).size, inner.length, `cell ${cell} of ${torus.sides}, root ${root}`)
    assert.ok(!inner.includes(cell) && !inner.includes(root))
  }
}

function depth(torus: Torus): number {
  const lengths = range(torus.degree).flatMap(tree =>
    range(torus.cells).map(cell => treePath(torus, tree, cell, 0).length - 1)
  )
  return Math.max(...lengths)
}
