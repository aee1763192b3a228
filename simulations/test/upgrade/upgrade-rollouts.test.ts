import assert from 'node:assert/strict'
import type { GateRules } from '@torusmesh/upgrade'
import { checkDeterminism } from '../../src/scenario/determinism.ts'
import type { RunOutcome } from '../../src/scenario/outcome.ts'
import { resolveSpec } from '../../src/scenario/resolve.ts'
import { runScenario } from '../../src/scenario/run.ts'
import { MeshMap } from '../../src/upgrade/mesh-map.ts'
import { quietPlot } from '../../src/upgrade/plot.ts'
import type { Mutation } from '../../src/upgrade/rollout.ts'
import { rolloutsWith } from '../../src/upgrade/upgrade-rollouts.ts'

const NODES = 4_096
const MUTANT_NODES = 1_024
const MINUTE_MS = 60_000
const TIMINGS = {
  deadlineMs: 1,
  bakeMs: { canary: 1, octants: 1, wave: 1 },
  certificateMs: 1,
  askMs: 1
} as const

function run(
  nodes: number,
  parameters: Record<string, number | boolean> = {},
  mutation?: Mutation
): Promise<RunOutcome> {
  const spec = resolveSpec({ scenario: 'upgrade-rollouts', nodes, seed: 1, parameters })
  return runScenario(
    { ...spec, durationMs: parameters['hostile'] === false ? 720 * MINUTE_MS : spec.durationMs },
    { scenario: rolloutsWith(mutation) }
  )
}

describe('upgrade-rollouts', () => {
  it('breaks no rule under crashes, partitions, skew and liars, and reaches every state', async () => {
    const { summary, violations } = await run(NODES)
    assert.deepEqual(violations, [])
    const { unplannable, ...reached } = summary.sometimes
    assert.equal(unplannable, 0)
    for (const [mark, times] of Object.entries(reached)) assert.ok(times > 0, mark)
    assert.ok(summary.measures['rollouts']! > 400)
  })

  it('has the same hash on any number of workers', async () => {
    const spec = resolveSpec({ scenario: 'upgrade-rollouts', nodes: 600, seed: 5 })
    assert.equal((await checkDeterminism(spec)).deterministic, true)
  })

  it('upgrades 64 members in the time of its steps and watches', async () => {
    const { summary, violations } = await run(64, { members: 64, hostile: false })
    assert.deepEqual(violations, [])
    assert.equal(summary.sometimes['done'], 1)
  })

  it('lets a word reach all 512 in 12 hops while a wave is down', () => {
    const { plan } = quietPlot(512, TIMINGS)!
    for (const wave of plan.members) {
      const down = new Set(wave)
      const map = new MeshMap(plan.positions, (_, to) => !down.has(to))
      const senders = [...plan.waveOf.keys()].filter(member => !down.has(member))
      for (const sender of senders.filter(member => member % 8 === 0)) {
        const layers = map.reach(sender)
        assert.ok(layers.length <= 12, `${layers.length}`)
        assert.equal(layers.flat().length, senders.length - 1)
      }
    }
  })

  it('refuses what it can’t honour', async () => {
    const spec = resolveSpec({ scenario: 'upgrade-rollouts', nodes: 64 })
    const lossy = { ...spec.network, loss: { model: 'uniform', permille: 10 } as const }
    await assert.rejects(runScenario({ ...spec, network: lossy }), { code: 'bad-setting' })
    const small = { ...spec, parameters: { ...spec.parameters, members: 3 } }
    await assert.rejects(runScenario(small), { code: 'bad-setting' })
  })
})

describe('without one of its guards', () => {
  const rules = (without: Partial<GateRules>): Mutation => ({ rules: without })
  const mutants: [guard: string, mutation: Mutation, found: string][] = [
    ['signatures', rules({ isSigned: () => true }), 'no-honest-blamed'],
    ['the proof of I1 to I3 on the live set', rules({ prove: () => [] }), 'I1'],
    ['the wait until earlier waves are settled', rules({ isSettled: () => true }), 'I1'],
    ['the quorum of a certificate', rules({ isCertified: goods => goods > 1 }), 'I4'],
    ['the check of the artefact', rules({ isVoted: () => true }), 'I5'],
    ['the neighbours’ looks', rules({ opinionOf: () => 'well' }), 'health'],
    ['the halt by votes', rules({ isHalting: () => false }), 'halts'],
    ['the end of a halted plan', rules({ mayGoOn: () => true }), 'monotone'],
    ['the record of its words', { keeps: ({ type }) => type !== 'word' }, 'no-honest-blamed'],
    ['the record of its step', { keeps: ({ type }) => type !== 'began' }, 'no-honest-blamed']
  ]
  for (const [guard, mutation, found] of mutants) {
    it(`${guard}, a rule breaks: ${found}`, async () => {
      const { violations } = await run(MUTANT_NODES, {}, mutation)
      const properties = new Set(violations.map(({ property }) => property))
      assert.ok(properties.has(found), [...properties].join())
    })
  }
})
