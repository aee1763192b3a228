import assert from 'node:assert/strict'
import { createTorus, waveColouring } from '@torusmesh/torus'
import fc from 'fast-check'
import {
  type PlanOptions,
  Positions,
  planPicture,
  planWaves,
  proveWave,
  type WavePlan,
  waveLimits
} from '../../src/index.ts'

const named = (cells: readonly number[]): { member: string; cell: number }[] =>
  cells.map((cell, at) => ({ member: at.toString(16).padStart(6, '0'), cell }))

const everyCell = (cells: number): number[] => Array.from({ length: cells }, (_, cell) => cell)

function planOf(positions: Positions, options: Partial<PlanOptions> = {}): WavePlan {
  const result = planWaves(positions, { profile: 'standard', seed: 0, ...options })
  assert.ok(result.ok, JSON.stringify(result))
  return result.plan
}

const sizesOf = ({ waves }: WavePlan): string =>
  waves.map(({ stage, members }) => `${stage} ${members.length}`).join(', ')

describe('a plan for the full 8×8×8 torus', () => {
  const torus = createTorus([8, 8, 8])
  const positions = new Positions(torus, named(everyCell(512)))

  it('has a canary, one of each octant, and four waves', () => {
    const plan = planOf(positions)
    assert.deepEqual(plan.limits, {
      ...{ faultsTolerated: 170, reserve: 21, waveSize: 149 },
      ...{ neighboursLost: 2, needsConsent: false }
    })
    assert.equal(sizesOf(plan), 'canary 1, octants 8, wave 120, wave 128, wave 127, wave 128')
  })

  it('has eight waves where a node may miss one neighbour', () => {
    const plan = planOf(positions, { profile: 'careful', seed: 77 })
    assert.deepEqual(
      plan.waves.map(({ members }) => members.length),
      [1, 8, 64, 63, 60, 64, 64, 64, 60, 64]
    )
  })

  it('takes the octants from far apart', () => {
    const [, octants] = planOf(positions, { seed: 300 }).waves
    const cells = octants!.members.map(id => positions.cellOf(positions.indexOf(id)!))
    const gaps = cells.flatMap((a, at) => cells.slice(at + 1).map(b => torus.distance(a, b)))
    assert.ok(Math.min(...gaps) >= 3, `${gaps}`)
  })

  it('keeps to the reserve that it is given, with more waves', () => {
    const plan = planOf(positions, { reserve: 120 })
    assert.ok(plan.waves.every(({ members }) => members.length <= 50))
    assert.equal(plan.waves.flatMap(({ members }) => members).length, 512)
  })

  it('is refused for a reserve that leaves nobody to upgrade', () => {
    assert.deepEqual(planWaves(positions, { profile: 'standard', seed: 0, reserve: 170 }), {
      ok: false,
      problem: { code: 'reserve-too-large', reserve: 170 }
    })
  })
})

describe('a plan for a small mesh', () => {
  const steps: [members: number, expected: string, consent: boolean][] = [
    [1, 'canary 1', true],
    [2, 'canary 1, octants 1', true],
    [3, 'canary 1, octants 1, wave 1', true],
    [4, 'canary 1, octants 1, wave 1, wave 1', false],
    [8, 'canary 1, octants 1, wave 1, wave 1, wave 1, wave 1, wave 1, wave 1', false]
  ]
  for (const [members, expected, consent] of steps) {
    it(`of ${members} goes one at a time${consent ? ', with the operator’s consent' : ''}`, () => {
      const torus = createTorus([2, 2, 2])
      const plan = planOf(new Positions(torus, named(everyCell(members))))
      assert.equal(sizesOf(plan), expected)
      assert.equal(plan.limits.needsConsent, consent)
    })
  }

  it('of nobody is refused', () => {
    assert.deepEqual(
      planWaves(new Positions(createTorus([2, 2, 2]), []), { profile: 'standard', seed: 0 }),
      { ok: false, problem: { code: 'nobody' } }
    )
  })
})

describe('every plan', () => {
  const meshes = fc
    .record({
      sides: fc.array(fc.integer({ min: 2, max: 6 }), { minLength: 1, maxLength: 3 }),
      draws: fc.array(fc.nat(), { minLength: 1, maxLength: 90 }),
      profile: fc.constantFrom('standard' as const, 'careful' as const),
      seed: fc.nat()
    })
    .map(({ sides, draws, ...options }) => {
      const torus = createTorus(sides)
      return { positions: new Positions(torus, named(draws.map(n => n % torus.cells))), options }
    })

  it('holds I1 to I3 on its members, or names the member that the mesh can’t do without', () => {
    let planned = 0
    fc.assert(
      fc.property(meshes, ({ positions, options }) => {
        const result = planWaves(positions, options)
        if (!result.ok) {
          assert.equal(result.problem.code, 'indispensable')
          return
        }
        planned++
        const { waves, limits } = result.plan
        const all = waves.flatMap(({ members }) => members)
        assert.deepEqual(
          all.toSorted(),
          positions.members.map(({ member }) => member)
        )
        assert.deepEqual(result, planWaves(positions, options))
        for (const { members } of waves) {
          const wave = members.map(id => positions.indexOf(id)!)
          assert.deepEqual(bruteForceFaults(positions, wave, limits), [])
        }
      }),
      { seed: 6, numRuns: 300 }
    )
    assert.ok(planned > 250, `${planned} of 300 meshes have a plan`)
  })
})

/** The rules once more, in the plainest words. */
function bruteForceFaults(
  positions: Positions,
  wave: readonly number[],
  limits: WavePlan['limits']
): string[] {
  const faults: string[] = []
  if (wave.length > limits.waveSize) faults.push('size')
  const cells = wave.map(index => positions.cellOf(index))
  if (new Set(cells).size < cells.length) faults.push('two of one cell')
  if (cells.some(cell => positions.neighbours(cell).some(near => cells.includes(near)))) {
    faults.push('neighbours')
  }
  if (limits.needsConsent) return faults
  const dark = cells.filter(cell => positions.residents(cell).length === 1)
  const up = [...positions.cells].filter(cell => !dark.includes(cell))
  for (const cell of up) {
    const lost = positions.neighbours(cell).filter(near => dark.includes(near)).length
    if (lost > limits.neighboursLost) faults.push(`${cell} lost ${lost}`)
  }
  let reached = up.slice(0, 1)
  for (let before = 0; before < reached.length; ) {
    before = reached.length
    reached = up.filter(
      cell => reached.includes(cell) || positions.neighbours(cell).some(n => reached.includes(n))
    )
  }
  if (reached.length < up.length) faults.push('apart')
  return faults
}

describe('the proof of a wave', () => {
  const torus = createTorus([8, 8, 8])
  const positions = new Positions(torus, named(everyCell(512)))
  const limits = waveLimits(512, 'standard')!

  it('finds that the colouring (x + y + z) mod 4 parts the torus, though it is proper', () => {
    const colours = waveColouring(torus, { coefficients: [1, 1, 1], modulus: 4 })
    const wave = everyCell(512).filter(cell => colours[cell] === 0)
    const rules = proveWave(positions, wave, limits).map(({ rule }) => rule)
    assert.deepEqual(rules, ['I3-neighbours', 'I3-connected'])
  })

  const steps: [desc: string, wave: number[], down: number[], rules: string[]][] = [
    ['nobody', [], [], []],
    ['one member', [0], [], []],
    ['two neighbours', [0, 1], [], ['I2']],
    ['one member beside one that is down', [0], [1], []],
    ['a member whose neighbour misses two already', [0], [2, 65], ['I3-neighbours']],
    ['one member while 149 are down', [511], everyCell(149), ['I1', 'I3-neighbours']]
  ]
  for (const [desc, wave, down, rules] of steps) {
    it(`of ${desc}: ${rules.join(', ') || 'may start'}`, () => {
      const found = proveWave(positions, wave, limits, new Set(down))
      assert.deepEqual(
        found.map(({ rule }) => rule),
        rules
      )
    })
  }

  it('counts a cell as there while one of its members is', () => {
    const shared = new Positions(torus, named([...everyCell(512), 0, 2, 65]))
    const wave = [0, 2, 65].map(cell => shared.residents(cell)[0]!)
    assert.deepEqual(proveWave(shared, wave, limits), [])
  })
})

describe('the picture of a plan', () => {
  it('shows who upgrades when, and empty cells', () => {
    const torus = createTorus([2, 4, 4])
    const cells = everyCell(32).filter(cell => cell !== 5 && cell !== 30)
    const positions = new Positions(torus, named(cells))
    assert.deepEqual(planPicture(positions, planOf(positions)), [
      'Co13  o425',
      '2·35  3241',
      'o141  43o2',
      '4352  15·3'
    ])
  })
})

describe('positions', () => {
  const torus = createTorus([2, 2, 2])
  it('refuse a cell of another torus and a member given twice', () => {
    assert.throws(() => new Positions(torus, named([8])), { code: 'bad-cell' })
    const twice = [...named([1]), ...named([2])]
    assert.throws(() => new Positions(torus, twice), { message: 'member 000000 is given twice' })
  })
})
