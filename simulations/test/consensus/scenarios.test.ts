import assert from 'node:assert/strict'
import { run } from './run.ts'

const SCENARIOS = ['consensus-adversarial', 'consensus-forks', 'consensus-recovery'] as const

describe('consensus scenarios', () => {
  for (const scenario of [...SCENARIOS, 'consensus-latency'] as const) {
    it(`${scenario}: the same on any number of workers`, async () => {
      const nodes =
        scenario === 'consensus-latency' ? 12 : scenario === 'consensus-adversarial' ? 520 : 300
      const hashes = new Set<string>()
      for (const workers of scenario === 'consensus-adversarial' ? [1, 3] : [1, 2]) {
        const { summary } = await run(scenario, { nodes, seed: 3, duration: '20s' }, { workers })
        hashes.add(summary.auditHash)
      }
      assert.equal(hashes.size, 1)
    })
  }

  it('adversarial: nothing breaks, and the interesting states are reached (fixed batch)', async () => {
    const { summary, violations } = await run('consensus-adversarial', { nodes: 1_024, seed: 5 })
    assert.deepEqual(violations, [])
    assert.ok(summary.measures['scenarios']! > 200)
    const marks = [
      'twin-equivocated',
      'view-nullified',
      'epoch-changed',
      'catch-up-ran',
      'observer-seen',
      'evidence-found',
      'state-lost',
      'partitioned'
    ]
    for (const mark of marks) assert.ok(summary.sometimes[mark]! > 0, mark)
  })

  it('forks: a third of the power is named in every one, and nobody honest', async () => {
    const { summary, violations, tables } = await run('consensus-forks', { nodes: 512, seed: 7 })
    assert.deepEqual(violations, [])
    assert.ok(summary.measures['forks']! > 50)
    const { namedPower, totalPower } = tables['blamed']! as Record<string, Int32Array>
    for (const [at, named] of namedPower!.entries()) assert.ok(3 * named >= totalPower![at]!)
  })

  it('recovery: failed writes lead to no contradiction, and observers vote again later', async () => {
    const { summary, violations } = await run('consensus-recovery', { nodes: 768, seed: 1 })
    assert.deepEqual(violations, [])
    for (const mark of ['write-failed', 'state-lost', 'observer-votes-again']) {
      assert.ok(summary.sometimes[mark]! > 0, mark)
    }
  })

  it('refuse checkpoints and settings they can’t honour', async () => {
    await assert.rejects(
      run('consensus-forks', { nodes: 64 }, { checkpointAtMs: 10, onCheckpoint: () => {} }),
      {
        code: 'bad-checkpoint'
      }
    )
    const faults = [{ kind: 'crash', atMs: 1, count: 1 }]
    await assert.rejects(run('consensus-recovery', { nodes: 64, faults }))
  })
})
