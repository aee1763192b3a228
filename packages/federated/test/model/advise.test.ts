import assert from 'node:assert/strict'
import { type AskedModel, advise, UNCALIBRATED } from '../../src/model/advise.ts'
import { HEAD_ROWS } from '../../src/model/layout.ts'
import { type Observation, PROPOSALS } from '../../src/model/observation.ts'

const fact = { service: 1, family: 'symptom', value: 'timeout', ageMs: 0 } as const
const observation: Observation = { services: ['chain', 'rpc'], facts: [fact] }

/** Says one action with so much emphasis, of the service it points at. */
function model(action: (typeof PROPOSALS)[number], emphasis: number, service = 1): AskedModel {
  return {
    vocabulary: 64,
    width: 128,
    calibration: UNCALIBRATED,
    scores: ({ count }) => {
      const scores = new Int32Array(count * HEAD_ROWS)
      scores[PROPOSALS.indexOf(action)] = emphasis
      scores[(service + 2) * HEAD_ROWS - 1] = 1
      return scores
    }
  }
}

describe('advice', () => {
  it('names action, target and confidence', () => {
    const advice = advise(observation, [model('restart', 2_000)])
    assert.ok(advice.verdict === 'propose')
    const { action, target, confidencePermille, ranked } = advice
    assert.deepEqual([action, target], ['restart', 'rpc'])
    assert.ok(confidencePermille > 990)
    assert.deepEqual(ranked, ['restart', 'alert', 'start'])
  })

  it('is an abstention when the model is unsure', () => {
    assert.deepEqual(advise(observation, [model('restart', 1)]), {
      verdict: 'abstain',
      why: 'unsure'
    })
  })

  it('comes from the larger model when the small one abstains, and only then', () => {
    const [unsure, sure] = [model('restart', 1), model('start', 2_000)]
    const asked = advise(observation, [unsure, sure])
    assert.ok(asked.verdict === 'propose' && asked.action === 'start')
    const never: AskedModel = { ...sure, scores: () => assert.fail('asked') }
    assert.equal(advise(observation, [sure, never]).verdict, 'propose')
  })

  it('is an abstention for nothing, and for more than fits', () => {
    const models = [model('restart', 2_000)]
    assert.deepEqual(advise({ services: ['a'], facts: [] }, models), {
      verdict: 'abstain',
      why: 'nothing-known'
    })
    const facts = Array.from({ length: 80 }, (_, i) => ({ ...fact, value: `v${i}` }))
    assert.deepEqual(advise({ ...observation, facts }, models), {
      verdict: 'abstain',
      why: 'too-much'
    })
  })
})
