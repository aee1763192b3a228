import assert from 'node:assert/strict'
import type { ProposalKind } from '../../src/model/observation.ts'
import { Logistic, ruleAnswer } from '../../src/training/baselines.ts'
import { FAULTS } from '../../src/training/faults.ts'
import { generate, generateNonsense } from '../../src/training/generator.ts'
import { examplesFromLedger, type LedgerRow } from '../../src/training/rows.ts'
import { calibrationError, examplesOf, macroF1 } from '../../src/training/study.ts'

describe('the generator', () => {
  const pairs = generate({ seed: 1, count: 10_000, use: 'known' })

  it('gives 10,000 observations that are hardly ever the same', () => {
    const different = new Set(pairs.map(({ observation }) => JSON.stringify(observation)))
    assert.ok(different.size > 9_990, `${different.size}`)
    assert.deepEqual(generate({ seed: 1, count: 20, use: 'known' }), pairs.slice(0, 20))
  })

  it('teaches every proposal, refusals among them', () => {
    const actions = new Map<string, number>()
    for (const { action } of pairs) actions.set(action, (actions.get(action) ?? 0) + 1)
    assert.equal(actions.size, 13)
    for (const [action, count] of actions) assert.ok(count >= 100, `${action}: ${count}`)
  })

  it('keeps unseen kinds out of what is trained on, and rules do not know them', () => {
    const uses = new Map(FAULTS.map(({ name, use }) => [name, use]))
    assert.ok(pairs.every(({ fault }) => uses.get(fault) === 'known'))
    for (const { name, use, family, cause } of FAULTS) {
      if (use === 'known') continue
      const facts = [{ service: 0, family, value: name, ageMs: 0 }]
      assert.equal(ruleAnswer({ services: ['a'], facts }).known, false, `${cause}: ${name}`)
    }
  })

  it('makes nonsense within bounds', () => {
    assert.equal(examplesOf([], 64).length, 0)
    for (const { facts, services } of generateNonsense(1, 100)) {
      assert.ok(facts.length >= 4 && facts.every(({ service }) => service < services.length))
    }
  })
})

describe('rows of a ledger', () => {
  it('teach what healed, and nothing else', () => {
    const facts = [{ service: 0, family: 'symptom', value: 'timeout', ageMs: 0 }] as const
    const row: LedgerRow = {
      observation: { services: ['rpc'], facts },
      action: 'restart',
      target: 'rpc',
      outcome: 'healed'
    }
    const rows: LedgerRow[] = [
      row,
      { ...row, outcome: 'no-effect' },
      { ...row, target: 'other' },
      { ...row, action: 'explode' as ProposalKind },
      { ...row, observation: { services: ['rpc'], facts: [{ ...facts[0], service: 7 }] } }
    ]
    const { examples, silent, refused } = examplesFromLedger(rows, 4_096)
    assert.deepEqual([examples.length, silent, refused], [1, 1, 3])
    assert.equal(examples[0]!.target, 0)
  })
})

describe('baselines and measures', () => {
  it('rules take the next step when one did not help', () => {
    const facts = [
      { service: 1, family: 'symptom', value: 'timeout', ageMs: 0 },
      { service: 1, family: 'tried', value: 'restart', ageMs: 0 }
    ] as const
    const answer = ruleAnswer({ services: ['a', 'b'], facts })
    assert.deepEqual(answer, { action: 'recreate', target: 1, known: true })
  })

  it('logistic regression separates what is separable', () => {
    const logistic = new Logistic(8)
    for (let i = 0; i < 50; i++) logistic.learn([i % 4], i % 4, 0.5)
    assert.deepEqual(
      [0, 1, 2, 3].map(id => logistic.answer([id])),
      [0, 1, 2, 3]
    )
  })

  it('calibration error is the distance of confidence from truth', () => {
    const answer = { action: 0, amongThree: true, targetRight: true, confidencePermille: 900 }
    const answers = [true, true, true, false].map(right => ({ ...answer, right }))
    assert.equal(calibrationError(answers), 150)
    const examples = examplesOf(generate({ seed: 2, count: 4, use: 'known' }), 64).map(example => ({
      ...example,
      action: 0
    }))
    assert.equal(macroF1(answers, examples), 6 / 8)
  })
})
