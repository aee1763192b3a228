import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  colouringFacts,
  createCayleyGraph,
  createTorus,
  EIGHT_WAVES,
  FOUR_WAVES,
  type Graph,
  hopsFrom,
  type LinearColouring,
  remainingDiameter,
  waveColouring
} from '../src/index.ts'
import { check, graphOf, range, searchedHops, throwsCode, torusWithCells } from './support.ts'

const torus = createTorus()
const withAntipode = createCayleyGraph(torus, [[4, 4, 4]])
const withOneTwoThree = createCayleyGraph(torus, [[1, 2, 3]])
const SUM_MOD_4: LinearColouring = { coefficients: [1, 1, 1], modulus: 4 }

function measure(graph: Graph, colouring: LinearColouring): object {
  const waves = waveColouring(torus, colouring)
  const facts = colouringFacts(graph, waves, colouring.modulus)
  return {
    proper: facts.proper,
    sizes: new Set(facts.sizes),
    lost: facts.maxNeighboursLost,
    around: facts.minWavesAround,
    parts: new Set(facts.parts),
    diameters: new Set(range(colouring.modulus).map(wave => remainingDiameter(graph, waves, wave)))
  }
}

describe('wave colouring', () => {
  it('(x + 2y + 3z) mod 8 shows 7 waves around every cell, so 1 neighbour is down at most', () => {
    assert.deepEqual(measure(torus, EIGHT_WAVES), {
      proper: true,
      sizes: new Set([64]),
      lost: 1,
      around: 7,
      parts: new Set([1]),
      diameters: new Set([12])
    })
  })

  it('(x + y + 2z) mod 4 takes 2 neighbours at most and keeps the rest connected', () => {
    assert.deepEqual(measure(torus, FOUR_WAVES), {
      proper: true,
      sizes: new Set([128]),
      lost: 2,
      around: 4,
      parts: new Set([1]),
      diameters: new Set([12])
    })
  })

  it('(x + y + z) mod 4 is proper, yet takes 3 neighbours and splits the rest in two', () => {
    assert.deepEqual(measure(torus, SUM_MOD_4), {
      proper: true,
      sizes: new Set([128]),
      lost: 3,
      around: 3,
      parts: new Set([2]),
      diameters: new Set([undefined])
    })
  })

  it('loses no more neighbours with the antipode, and stays within 7 hops', () => {
    const waves = waveColouring(torus, EIGHT_WAVES)
    assert.equal(colouringFacts(withAntipode, waves, 8).maxNeighboursLost, 1)
    assert.equal(remainingDiameter(withAntipode, waves, 0), 7)
  })

  it('can lose 2 neighbours with the long links (1,2,3), and stays within 6 hops', () => {
    const waves = waveColouring(torus, EIGHT_WAVES)
    assert.equal(colouringFacts(withOneTwoThree, waves, 8).maxNeighboursLost, 2)
    assert.equal(remainingDiameter(withOneTwoThree, waves, 0), 6)
  })

  for (const { name, colouring, connectivity, spare } of [
    { name: 'four waves', colouring: FOUR_WAVES, connectivity: 4, spare: 42 },
    { name: 'eight waves', colouring: EIGHT_WAVES, connectivity: 5, spare: 106 }
  ]) {
    it(`${name} leave a connectivity of ${connectivity}, and ${spare} cells above quorum`, () => {
      const waves = waveColouring(torus, colouring)
      const up = range(512).filter(cell => waves[cell] !== 0)
      const quorum = 512 - Math.floor((512 - 1) / 3)
      assert.equal(up.length - quorum, spare)
      // Moving by a cell of wave 0 and mirroring at cell 0 change nothing, so these sources stand
      // for all.
      const sources = range(colouring.modulus / 2).map(wave => waves.indexOf(wave + 1))
      const isUp = Uint8Array.from(waves, wave => (wave === 0 ? 0 : 1))
      for (const source of sources) {
        for (const target of up.filter(cell => torus.distance(source, cell) > 1)) {
          assert.equal(disjointPaths(isUp, source, target, connectivity), connectivity)
        }
      }
      // More there can't be: some cell has only so many neighbours left.
      const left = up.map(cell => torus.neighbours(cell).filter(next => isUp[next] === 1).length)
      assert.equal(Math.min(...left), connectivity)
    })
  }

  it('gives the wave by the formula, for negative coefficients too', () => {
    check(
      fc.property(
        torusWithCells(1),
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        ([any, cell], factors, modulus) => {
          const coefficients = factors.slice(0, any.dimensions)
          const wave = waveColouring(any, { coefficients, modulus })[cell!]!
          const sum = any
            .coordsOf(cell!)
            .reduce((total, x, axis) => total + x * coefficients[axis]!, 0)
          assert.ok(wave >= 0 && wave < modulus)
          assert.equal(Math.abs(sum - wave) % modulus, 0)
        }
      )
    )
  })

  it('counts the parts that remain as a search does', () => {
    check(
      fc.property(torusWithCells(1, 60), fc.array(fc.nat(2)), ([any], draws) => {
        const waves = range(any.cells).map(cell => draws[cell % draws.length] ?? 0)
        const { parts } = colouringFacts(any, waves, 3)
        for (const wave of range(3)) {
          const up = range(any.cells).filter(cell => waves[cell] !== wave)
          const from = up.map(source => hopsFrom(any, source, cell => waves[cell] === wave))
          const firsts = up.filter((_, i) => up.every((other, j) => j >= i || from[i]![other]! < 0))
          assert.equal(parts[wave], firsts.length)
          const longest = Math.max(-1, ...from.flatMap(hops => [...hops]))
          const expected = firsts.length === 1 ? longest : undefined
          assert.equal(remainingDiameter(any, waves, wave), expected)
        }
      })
    )
  })

  it('judges a small graph as one would by hand', () => {
    // A star of cell 0 with four rays, one of them in the wave of the centre.
    const star = graphOf(5, [
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4]
    ])
    assert.deepEqual(colouringFacts(star, [0, 1, 1, 2, 0], 3), {
      proper: false,
      sizes: [2, 2, 1],
      maxNeighboursLost: 2,
      minWavesAround: 1,
      parts: [3, 1, 1]
    })
  })

  it('refuses colourings that are none', () => {
    throwsCode('bad-colouring', () => waveColouring(torus, { coefficients: [1, 2], modulus: 4 }))
    throwsCode('bad-colouring', () =>
      waveColouring(torus, { coefficients: [1, 2, 0.5], modulus: 4 })
    )
    for (const modulus of [0, -1, 2.5, 257]) {
      throwsCode('bad-colouring', () => waveColouring(torus, { coefficients: [1, 1, 2], modulus }))
    }
    throwsCode('bad-colouring', () => colouringFacts(torus, [0, 1], 2))
    throwsCode('bad-colouring', () => colouringFacts(torus, new Uint8Array(512).fill(2), 2))
    throwsCode('too-large', () => remainingDiameter(createTorus([17, 17, 17]), [], 0))
  })
})

describe('hops', () => {
  it('are those of a plain search', () => {
    check(
      fc.property(torusWithCells(1), ([any, source]) => {
        assert.deepEqual([...hopsFrom(any, source!)], searchedHops(any.sides, source!))
      })
    )
  })

  it('lead round what is down, or nowhere', () => {
    const ring = createTorus([6])
    assert.deepEqual([...hopsFrom(ring, 0, cell => cell === 1)], [0, -1, 4, 3, 2, 1])
    assert.deepEqual(
      [...hopsFrom(ring, 0, cell => cell === 1 || cell === 4)],
      [0, -1, -1, -1, -1, 1]
    )
  })
})

/**
 * Vertex-disjoint paths between two cells, found one by one by augmenting, up to `enough`: as many
 * cells must fail to part the two (Menger). Every cell has an entry `2·cell` and an exit `2·cell +
 * 1`. Arcs `7·cell + direction` lead from its exit to the entry of a neighbour, arc `7·cell + 6`
 * from its entry to its exit; each carries one path, and can be walked back to take it away.
 */
function disjointPaths(isUp: Uint8Array, source: number, target: number, enough: number): number {
  const used = new Uint8Array(7 * 512)
  for (let paths = 0; paths < enough; paths++) {
    const [start, end] = [2 * source + 1, 2 * target]
    const cameFrom = new Int32Array(2 * 512).fill(-1)
    const cameOver = new Int32Array(2 * 512)
    const queue = [start]
    let from = start
    const visit = (place: number, arc: number): void => {
      if (cameFrom[place] !== -1 || place === start) return
      cameFrom[place] = from
      cameOver[place] = arc
      queue.push(place)
    }
    for (from of queue) {
      if (from === end) break
      const cell = from >> 1
      const isExit = (from & 1) === 1
      const through = 7 * cell + 6
      if (isExit === (used[through] === 1)) visit(from ^ 1, through)
      if (!isExit && used[through] === 0) continue
      for (let direction = 0; direction < 6; direction++) {
        const next = torus.neighbourAt(cell, direction)
        const arc = isExit ? 7 * cell + direction : 7 * next + (direction ^ 1)
        if (isExit && isUp[next] === 1 && used[arc] === 0) visit(2 * next, arc)
        if (!isExit && used[arc] === 1) visit(2 * next + 1, arc)
      }
    }
    if (cameFrom[end] === -1) return paths
    for (let at = end; at !== start; at = cameFrom[at]!) used[cameOver[at]!]! ^= 1
  }
  return enough
}
