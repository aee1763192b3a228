import assert from 'node:assert/strict'
import fc from 'fast-check'
import { scenarios } from '../../src/scenario/catalogue.ts'
import { checkSpec } from '../../src/scenario/resolve.ts'
import { setUp } from '../../src/scenario/run.ts'
import { drawRun } from '../../src/swarm/draw.ts'
import { quietFromMs } from '../../src/swarm/faults.ts'
import { promiseOf } from '../../src/swarm/promise.ts'
import { isTolerated } from '../../src/swarm/soundness.ts'

const promised = scenarios.filter(scenario => promiseOf(scenario) !== undefined)
const seeds = fc.integer({ min: 0, max: 0xffff_ffff })

describe('swarm: drawn runs', () => {
  for (const scenario of promised) {
    it(`of ${scenario.name} are valid, tolerable, and end well before they are over`, () => {
      fc.assert(
        fc.property(seeds, seed => {
          const spec = drawRun(scenario, seed)
          assert.deepEqual(checkSpec(spec), spec)
          const { faults, topology } = setUp(spec, scenario)
          assert.ok(isTolerated(faults, topology))
          assert.ok(quietFromMs(faults) <= spec.durationMs - 10_000)
          assert.deepEqual(drawRun(scenario, seed), spec)
        }),
        { numRuns: 300, seed: 1 }
      )
    })
  }

  it('hold whole numbers alone', () => {
    const wholes = (value: unknown): boolean =>
      typeof value === 'number'
        ? Number.isInteger(value)
        : typeof value !== 'object' || value === null || Object.values(value).every(wholes)
    for (const scenario of promised) {
      for (let seed = 1; seed <= 100; seed++) assert.ok(wholes(drawRun(scenario, seed)))
    }
  })

  it('leave each kind of fault out now and then, and draw each', () => {
    const scenario = promised.find(({ name }) => name === 'health-detection')!
    const kinds = Array.from({ length: 100 }, (_, seed) =>
      drawRun(scenario, seed).faults.map(({ kind }) => kind as string)
    )
    for (const kind of ['crash', 'pause', 'deaf', 'slow', 'partition', 'turn']) {
      const runs = kinds.filter(drawn => drawn.includes(kind)).length
      assert.ok(runs >= 15 && runs <= 85, `${kind} in ${runs} of 100`)
    }
  })

  it('refuse a scenario of which no promise is known', () => {
    const [scenario] = promised
    assert.throws(() => drawRun({ ...scenario!, name: 'unknown' }, 1), { code: 'bad-setting' })
  })
})
