import assert from 'node:assert/strict'
import { runBatch } from '../harness/batch.ts'
import { FORKING, HOSTILE, SPLIT } from '../harness/world.ts'

describe('adversary', () => {
  it('below a third of the power never splits, frames or stops the honest (1,000 scenarios)', () => {
    const { scenarios, broken, decided } = runBatch(HOSTILE, 10_000, 1_000)
    assert.deepEqual([scenarios, broken], [1_000, null])
    assert.ok(decided > 1_000)
  })

  it('that forks is named with a third of the power, and no honest one (1,000 scenarios)', () => {
    for (const adversary of [SPLIT, FORKING]) {
      const { broken, forks } = runBatch(adversary, 20_000, 500)
      assert.equal(broken, null)
      assert.ok(forks > 50, `${forks} forks`)
    }
  })

  it('meets the same world from the same seed', () => {
    assert.deepEqual(runBatch(HOSTILE, 77, 20), runBatch(HOSTILE, 77, 20))
  })
})
