import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { FAMILIES, Fact, Observation } from '../../src/model/observation.ts'
import { hopsBetween, MOST_TOKENS, tokensOf } from '../../src/model/tokens.ts'
import { generate } from '../../src/training/generator.ts'

const fact = (value: string, ageMs = 0, service = 0): Fact => ({
  service,
  family: 'symptom',
  value,
  ageMs
})
const cells = fc.integer({ min: 0, max: 511 })

describe('tokens', () => {
  it('are the same for facts in any order, doubled or not', () => {
    for (const { observation } of generate({ seed: 3, count: 50, use: 'known' })) {
      const facts = [...observation.facts].reverse().concat(observation.facts)
      assert.deepEqual(tokensOf({ ...observation, facts }, 4_096), tokensOf(observation, 4_096))
    }
  })

  it('are 64 at most: the newest facts stay, and the rest is counted', () => {
    const facts = Array.from({ length: 100 }, (_, i) => fact(`f${i}`, i < 10 ? 0 : 1e9))
    const { count, dropped } = tokensOf({ services: ['a'], facts }, 4_096)
    assert.deepEqual([count, dropped], [MOST_TOKENS, 38])
    const newest = tokensOf({ services: ['a'], facts: facts.slice(0, 10) }, 4_096)
    const all = tokensOf({ services: ['a'], facts }, 4_096)
    assert.deepEqual(all.ids.slice(0, 24), newest.ids)
  })

  it('tell the services apart, whatever these are called', () => {
    const at = (service: number, services: string[]): Int32Array =>
      tokensOf({ services, facts: [fact('timeout', 0, service)] }, 4_096).ids
    assert.notDeepEqual(at(0, ['a', 'b']), at(1, ['a', 'b']))
    assert.deepEqual(at(1, ['a', 'b']), at(1, ['x', 'y']))
  })

  it('are refused for what is out of bounds', () => {
    const wrong: readonly Observation[] = [
      { services: [], facts: [] },
      { services: Array.from({ length: 9 }, (_, i) => `${i}`), facts: [] },
      { services: ['a'], facts: [fact('x', 0, 1)] },
      { services: ['a'], facts: [fact('x', Number.NaN)] },
      { services: ['a'], facts: [fact('x'.repeat(65))] },
      { services: ['a'], facts: Array.from({ length: 257 }, () => fact('x')) },
      { services: ['a'], facts: [{ ...fact('x'), family: 'other' as (typeof FAMILIES)[number] }] }
    ]
    for (const observation of wrong) {
      assert.throws(() => tokensOf(observation, 4_096), { code: 'bad-observation' })
    }
  })
})

describe('hops on the torus of cells', () => {
  it('are a metric of at most 12', () => {
    fc.assert(
      fc.property(cells, cells, cells, (a, b, c) => {
        assert.equal(hopsBetween(a, b), hopsBetween(b, a))
        assert.equal(hopsBetween(a, b) === 0, a === b)
        assert.ok(hopsBetween(a, b) <= 12)
        assert.ok(hopsBetween(a, c) <= hopsBetween(a, b) + hopsBetween(b, c))
      })
    )
  })

  it('are 0 to and from the token that gathers', () => {
    assert.equal(hopsBetween(-1, 300), 0)
  })
})
