import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  createBroadcastTree,
  createCayleyGraph,
  createTorus,
  hopsFrom,
  type Torus
} from '../src/index.ts'
import { check, range, throwsCode, torusWithCells } from './support.ts'

/** A torus, a few generators other than 0, and cells. */
function torusWithGenerators(
  cells: number
): fc.Arbitrary<[torus: Torus, generators: number[][], cells: number[]]> {
  return torusWithCells(cells + 2, 120).map(([torus, first, second, ...rest]) => {
    const generators = [first!, second!].filter(cell => cell !== 0)
    return [torus, generators.map(cell => torus.coordsOf(cell)), rest]
  })
}

describe('cayley graph', () => {
  for (const { generators, degree, diameter, mean } of [
    { generators: [], degree: 6, diameter: 12, mean: '6.01' },
    { generators: [[4, 4, 4]], degree: 7, diameter: 6, mean: '4.73' },
    { generators: [[1, 2, 3]], degree: 8, diameter: 6, mean: '4.19' },
    {
      generators: [
        [1, 1, 4],
        [3, 6, 2]
      ],
      degree: 10,
      diameter: 5,
      mean: '3.50'
    }
  ]) {
    const links = generators.map(generator => `(${generator})`).join(' + ') || 'no long links'
    it(`has diameter ${diameter} and mean ${mean} on 8×8×8 with ${links}`, () => {
      const graph = createCayleyGraph(createTorus(), generators)
      assert.deepEqual(
        { degree: graph.degree, diameter: graph.diameter, mean: graph.meanDistance.toFixed(2) },
        { degree, diameter, mean }
      )
    })
  }

  it('links every cell with each generator added and taken away, both ways and each once', () => {
    check(
      fc.property(torusWithGenerators(1), ([torus, generators, [cell]]) => {
        const graph = createCayleyGraph(torus, generators)
        const coords = torus.coordsOf(cell!)
        const expected = new Set(torus.neighbours(cell!))
        for (const generator of generators) {
          for (const sign of [1, -1]) {
            expected.add(torus.cellAt(coords.map((x, axis) => x + sign * generator[axis]!)))
          }
        }
        assert.deepEqual(new Set(graph.neighbours(cell!)), expected)
        assert.equal(graph.degree, expected.size)
        for (const next of expected) assert.ok(graph.neighbours(next).includes(cell!))
      })
    )
  })

  it('measures the hops that a search from any cell finds', () => {
    check(
      fc.property(torusWithGenerators(1), ([torus, generators, [cell]]) => {
        const graph = createCayleyGraph(torus, generators)
        const hops = [...hopsFrom(graph, cell!)]
        assert.deepEqual(
          range(torus.cells).map(other => graph.distance(cell!, other)),
          hops
        )
        assert.equal(graph.diameter, Math.max(...hops))
      })
    )
  })

  it('refuses generators that lead nowhere, and tori too large for a table', () => {
    throwsCode('bad-generator', () => createCayleyGraph(createTorus(), [[8, 0, -8]]))
    throwsCode('bad-coordinates', () => createCayleyGraph(createTorus(), [[4, 4]]))
    throwsCode('too-large', () => createCayleyGraph(createTorus([2 ** 13, 2 ** 12])))
  })
})

describe('broadcast tree', () => {
  it('reaches every cell from every source over a shortest path, and each once', () => {
    check(
      fc.property(torusWithGenerators(1), ([torus, generators, [source]]) => {
        const graph = createCayleyGraph(torus, generators)
        const tree = createBroadcastTree(graph)
        const depth = new Map([[source!, 0]])
        for (const [cell, hops] of depth) {
          for (const child of tree.children(cell, source!)) {
            assert.ok(!depth.has(child), 'reached twice')
            assert.ok(graph.neighbours(cell).includes(child))
            assert.equal(tree.parent(child, source!), cell)
            depth.set(child, hops + 1)
          }
        }
        assert.equal(tree.parent(source!, source!), undefined)
        assert.equal(depth.size, torus.cells)
        for (const [cell, hops] of depth) assert.equal(hops, graph.distance(source!, cell))
      })
    )
  })

  it('is the same tree for every source, moved', () => {
    check(
      fc.property(torusWithGenerators(2), ([torus, generators, [cell, source]]) => {
        const tree = createBroadcastTree(createCayleyGraph(torus, generators))
        assert.deepEqual(
          tree.children(torus.translate(source!, cell!), source!),
          tree.children(cell!, 0).map(child => torus.translate(source!, child))
        )
      })
    )
  })

  for (const { generators, most } of [
    { generators: [], most: 4 },
    { generators: [[4, 4, 4]], most: 4 },
    { generators: [[1, 2, 3]], most: 5 },
    {
      generators: [
        [1, 1, 4],
        [3, 6, 2]
      ],
      most: 6
    }
  ]) {
    const links = generators.map(generator => `(${generator})`).join(' + ') || 'no long links'
    it(`gives no cell but the source more than ${most} children, with ${links}`, () => {
      const tree = createBroadcastTree(createCayleyGraph(createTorus(), generators))
      const counts = range(512).map(cell => tree.children(cell, 0).length)
      assert.equal(counts[0], tree.graph.degree)
      assert.equal(Math.max(...counts.slice(1)), most)
    })
  }
})
