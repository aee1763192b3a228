import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { governance } from '@torusmesh/consensus'
import {
  BASELINE_EPOCHS,
  BASELINE_NODES,
  CHEAP_ALONE,
  captureBaselines
} from '../../src/governance/capture-baselines.ts'
import { measureCapture } from '../../src/governance/capture-meter.ts'
import { policy } from '../../src/governance/population.ts'
import { run } from './run.ts'

const types = Object.values(governance.ProposalType)

function measured(type: governance.ProposalType, own: governance.Policy, isWatched = false) {
  const target = { members: BASELINE_NODES, weight: 136_192, policy: own, daysMax: BASELINE_EPOCHS }
  return measureCapture(type, target, isWatched)
}

function policyWith(
  type: governance.ProposalType,
  rules: Partial<governance.TypeRules>
): governance.Policy {
  return { ...policy, types: { ...policy.types, [type]: { ...policy.types[type], ...rules } } }
}

describe('capture-cost', () => {
  it('is what is recorded; record a change, and why', async () => {
    const { summary, violations } = await run('capture-cost', { nodes: BASELINE_NODES })
    assert.deepEqual(violations, [])
    for (const [name, type] of Object.entries(governance.ProposalType)) {
      const { alone, watched } = captureBaselines[type]
      assert.equal(summary.measures[`${name}Nodes`], alone.nodes)
      assert.equal(summary.measures[`${name}WeightDays`], alone.weightDays)
      assert.equal(summary.measures[`${name}WeightDaysBp`], alone.weightDaysBp)
      assert.equal(summary.measures[`${name}WatchedWeightDaysBp`], watched.weightDaysBp)
      assert.deepEqual(measured(type, policy), alone)
      assert.deepEqual(measured(type, policy, true), watched)
    }
  })

  it('is a third or more for every type, save for those with a reason while nobody objects', () => {
    for (const type of types) {
      const { alone, watched } = captureBaselines[type]
      assert.ok(Math.min(watched.nodesBp, watched.weightDaysBp) >= 3_334, type)
      const isDear = Math.min(alone.nodesBp, alone.weightDaysBp) >= 3_334
      assert.equal(isDear, !CHEAP_ALONE.has(type), type)
    }
  })

  it('falls where a rule is loosened: a weaker second key, faster growth, no objection', () => {
    const before = measured('treasury', policy)!
    assert.ok(
      measured('treasury', policyWith('treasury', { actionClass: 'C' }))!.nodes < before.nodes
    )
    const fast = { ...policy, weight: { ...policy.weight, growthPerEpoch: 550 } }
    assert.ok(measured('treasury', fast)!.days < before.days)
    assert.ok(measured('parameter', policy)!.nodes < measured('parameter', policy, true)!.nodes)
  })

  it('has no price where time is too short for weight to grow', () => {
    const target = { members: 64, weight: 64 * 266, policy, daysMax: 2 }
    assert.equal(measureCapture('amendment', target, false), undefined)
  })
})

describe('the voters’ page', () => {
  it('prints the recorded costs of capture', async () => {
    const page = await readFile(new URL('../../../docs/governance.md', import.meta.url), 'utf8')
    const percent = (bp: number): string => `${(bp / 100).toFixed(2)} %`
    for (const type of types) {
      const { alone, watched } = captureBaselines[type]
      const cells = [alone, watched].flatMap(({ nodes, nodesBp, weightDaysBp }) => [
        `${nodes} (${percent(nodesBp)}`,
        percent(weightDaysBp)
      ])
      const line = page.split('\n').findLast(text => text.startsWith(`| ${type} |`))!
      for (const cell of cells) assert.ok(line.includes(cell), `${type}: ${cell}`)
    }
  })
})
