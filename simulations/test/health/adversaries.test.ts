import assert from 'node:assert/strict'
import { behaviours } from '../../src/health/adversaries/index.ts'
import { eclipse, healthDetection } from '../../src/health/index.ts'
import { play } from './play.ts'

describe('health adversaries', () => {
  for (const behaviour of behaviours) {
    it(`${behaviour}: a tenth of the nodes removes nobody and hides no death`, async () => {
      const { violations, sometimes } = await play(healthDetection, {
        durationMs: 30_000,
        parameters: { notices: false },
        faults: [
          { kind: 'turn', sharePermille: 100, behaviour },
          { kind: 'crash', count: 6, atMs: 5_000 }
        ]
      })
      assert.deepEqual(violations, [])
      if (behaviour !== 'eclipser') assert.ok(sometimes['lied']! + sometimes['withheld']! > 0)
    })
  }
})

describe('eclipse', () => {
  for (const links of ['torus', 'long']) {
    for (const byzantine of [0, 1, 2, 3]) {
      it(`${byzantine} of 6 watchers cannot have a notice believed (${links})`, async () => {
        const { violations, sometimes } = await play(eclipse, { parameters: { links, byzantine } })
        assert.deepEqual(violations, [])
        assert.equal(sometimes['falselyNoticed'], 0)
      })
    }
  }

  it('4 of 6 can, and the target refutes', async () => {
    const { violations, sometimes } = await play(eclipse, { parameters: { byzantine: 4 } })
    assert.deepEqual(violations, [])
    assert.ok(sometimes['falselyNoticed']! > 0 && sometimes['refuted']! > 0)
  })

  it('6 of 6 can, and the target refutes over its long links', async () => {
    const parameters = { byzantine: 6, links: 'long' }
    const { violations, sometimes } = await play(eclipse, { parameters })
    assert.deepEqual(violations, [])
    assert.ok(sometimes['falselyNoticed']! > 0 && sometimes['refuted']! > 0)
  })

  it('6 of 6 cut off a target without long links: nothing is promised to it', async () => {
    const { violations, sometimes, outcome } = await play(eclipse, { parameters: { byzantine: 6 } })
    assert.deepEqual(violations, [])
    assert.ok(sometimes['falselyNoticed']! > 0)
    const [result] = outcome.results as { believers: [number, number][] }[]
    assert.ok(result!.believers.length === 1 && result!.believers[0]![1] > 500)
  })
})
