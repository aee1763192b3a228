import assert from 'node:assert/strict'
import { run } from './run.ts'

const quick = { duration: '12s' }

describe('consensus-latency', () => {
  it('decides all items at all nodes, falls silent, and keeps to three message delays', async () => {
    const network = { latency: { model: 'constant', oneWayMs: 50 } }
    const { summary, violations } = await run('consensus-latency', { ...quick, nodes: 7, network })
    assert.deepEqual(violations, [])
    assert.equal(summary.measures['quietBytes'], 0)
    const { finalityP50Ms } = summary.measures
    // Three ways of 50 ms, two signatures and records, some verifications.
    assert.ok(finalityP50Ms! > 150 && finalityP50Ms! < 165, `${finalityP50Ms} ms`)
  })

  it('charges signatures to the CPU of each node', async () => {
    const costs = { signUs: 0, verifyUs: 0, handleUs: 0 }
    const free = await run('consensus-latency', { ...quick, nodes: 7, parameters: costs })
    const dear = await run('consensus-latency', {
      ...quick,
      nodes: 7,
      parameters: { ...costs, verifyUs: 5_000 }
    })
    assert.equal(free.summary.measures['cpuPerNodeDecisionMs'], 0)
    // Twice four votes of others, twice one’s own, one proposal; more than a quorum aren’t verified.
    assert.ok(dear.summary.measures['cpuPerNodeDecisionMs']! >= 50)
    assert.ok(dear.summary.measures['finalityP50Ms']! > free.summary.measures['finalityP50Ms']!)
  })

  it('spreads votes over torus and long links where not everybody knows everybody', async () => {
    const fields = { ...quick, nodes: 27, parameters: { carrier: 'gossip' } }
    const { summary, violations } = await run('consensus-latency', fields)
    assert.deepEqual(violations, [])
    assert.equal(summary.sometimes['decided'], 27)
  })

  it('runs Tendermint’s core in the same world', async () => {
    for (const carrier of ['direct', 'gossip']) {
      const fields = { ...quick, nodes: 12, parameters: { protocol: 'tendermint', carrier } }
      const { summary, violations } = await run('consensus-latency', fields)
      assert.deepEqual(violations, [])
      assert.equal(summary.sometimes['decided'], 12)
    }
  })

  it('refuses a duration without a decision, and links that events can’t name', async () => {
    await assert.rejects(run('consensus-latency', { duration: '3s' }), { code: 'bad-setting' })
    const fields = { ...quick, nodes: 300, parameters: { carrier: 'direct' } }
    await assert.rejects(run('consensus-latency', fields), { code: 'bad-setting' })
  })
})
