import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseDuration, wholeNumber } from '../src/arguments.ts'

describe('durations', () => {
  const cases = [
    { text: '20', ms: 20_000 },
    { text: '20s', ms: 20_000 },
    { text: '500ms', ms: 500 },
    { text: '5m', ms: 300_000 },
    { text: '24h', ms: 86_400_000 },
    { text: '7d', ms: 604_800_000 }
  ]
  for (const { text, ms } of cases) {
    it(`reads ${text} as ${ms} ms`, () => assert.equal(parseDuration(text), ms))
  }

  for (const text of ['', '0', '0s', '-5', '1.5s', '5 m', '5w', 's', '1e3', '9999999999']) {
    it(`refuses "${text}"`, () => assert.throws(() => parseDuration(text), /give a time such as/))
  }

  it('is either positive or refused, whatever the text', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^\d{1,12}(ms|s|m|h|d|x)?$/))
    const check = fc.property(texts, text => {
      try {
        assert.ok(Number.isSafeInteger(parseDuration(text)) && parseDuration(text) > 0)
      } catch (error) {
        assert.match(String(error), /give a time such as/)
      }
    })
    fc.assert(check, { seed: 11, numRuns: 500 })
  })
})

describe('whole numbers', () => {
  const nodes = wholeNumber(1, 4_096)

  it('take both ends of their range', () => {
    assert.deepEqual(['1', '4096'].map(nodes), [1, 4_096])
  })

  for (const text of ['0', '4097', '-1', '1.5', '', ' 2', '0x10', 'eight', '1'.repeat(20)]) {
    it(`refuse "${text}"`, () => assert.throws(() => nodes(text), /from 1 to 4096/))
  }
})
