import assert from 'node:assert/strict'
import { attacks } from '../../src/governance/attacks/index.ts'
import { run } from './run.ts'

describe('governance-attacks', () => {
  it('has the sixteen, each by its own name', () => {
    assert.equal(new Set(attacks.map(({ name }) => name)).size, 16)
  })

  for (const [nodes, attackersPermille] of [
    [64, 330],
    [100, 100],
    [216, 200]
  ] as const) {
    it(`fail at ${nodes} members of which ${attackersPermille} ‰ attack; their controls succeed`, async () => {
      const { summary, violations } = await run('governance-attacks', {
        nodes,
        parameters: { attackersPermille }
      })
      assert.deepEqual(violations, [])
      assert.deepEqual(summary.measures, {
        attacks: 16,
        attacksHeld: 16,
        controlsSucceeded: 16
      })
      for (const { name } of attacks) assert.equal(summary.sometimes[name], 1, name)
    })
  }

  it('have the same outcome with 1 and 2 workers', async () => {
    const [one, two] = [
      await run('governance-attacks', { nodes: 64, duration: '10d', seed: 3 }, 1),
      await run('governance-attacks', { nodes: 64, duration: '10d', seed: 3 }, 2)
    ]
    assert.deepEqual(two.summary, one.summary)
    assert.deepEqual(two.tables, one.tables)
  })

  it('says so where an attack was left untried', async () => {
    const { governanceAttacks } = await import('../../src/governance/governance-attacks.ts')
    const setup = { spec: { durationMs: 0 } } as Parameters<typeof governanceAttacks.merge>[0]
    const { violations, measures } = governanceAttacks.merge(setup, [])
    assert.equal(violations.length, 16)
    assert.equal(violations[0]?.property, 'control-succeeded')
    assert.equal(measures['attacksHeld'], 0)
  })

  it('refuses what the ledger can’t honour', async () => {
    for (const document of [
      { nodes: 27 },
      { nodes: 32_768 },
      { duration: '3d' },
      { network: { loss: { model: 'uniform', permille: 10 } } }
    ]) {
      await assert.rejects(run('governance-attacks', document), { code: 'bad-setting' })
    }
  })
})
