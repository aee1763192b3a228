import assert from 'node:assert/strict'
import { resolveSpec } from '../../src/scenario/resolve.ts'
import { runScenario } from '../../src/scenario/run.ts'

describe('upgrade-detection', () => {
  it('stops what is bad and nothing else, where other gates don’t', async () => {
    const spec = resolveSpec({ scenario: 'upgrade-detection', nodes: 48, seed: 3 })
    const { summary } = await runScenario(spec)
    const { measures, sometimes } = summary
    assert.equal(measures['rollouts'], 48)
    for (const name of ['good', 'slow-leak', 'latency', 'hardware', 'outage']) {
      assert.ok(sometimes[name]! > 0, name)
    }
    assert.equal(measures['ownPrecisionPpm'], 1_000_000)
    assert.equal(measures['ownRecallPpm'], 1_000_000)
    assert.ok(measures['ownRecallLowPpm']! < 1_000_000)
    assert.ok(measures['readinessRecallPpm']! < 500_000)
    assert.ok(measures['kayentaStrictRecallPpm']! < 1_000_000)
    assert.equal(measures['crashesPastCanary'], 0)
  })
})
