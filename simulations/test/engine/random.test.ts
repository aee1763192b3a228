import assert from 'node:assert/strict'
import { AuditHash } from '../../src/engine/audit.ts'
import { draw, drawBelow } from '../../src/engine/random.ts'

describe('random draws', () => {
  it('depend on each of their arguments', () => {
    const draws = [
      draw(1, 2, 3, 4),
      draw(0, 2, 3, 4),
      draw(1, 0, 3, 4),
      draw(1, 2, 0, 4),
      draw(1, 2, 3, 0)
    ]
    assert.equal(new Set(draws).size, draws.length)
    assert.equal(draw(1, 2, 3, 4), draws[0])
  })

  it('fall evenly below a bound', () => {
    const counts = new Array<number>(10).fill(0)
    for (let n = 0; n < 10_000; n++) counts[drawBelow(10, 7, 0, n % 50, n)]!++
    // Ten standard deviations of a binomial with n = 10,000 and p = 0.1 are 300.
    assert.ok(counts.every(count => Math.abs(count - 1_000) < 300))
  })
})

describe('audit hash', () => {
  const hashOf = (words: readonly number[]): string => {
    const audit = new AuditHash()
    for (const word of words) audit.add(word)
    return audit.digest()
  }

  it('tells apart other words, another order and another number of them', () => {
    const hashes = [[], [0], [0, 0], [1, 2], [2, 1], [1, 3], [-1]].map(hashOf)
    assert.equal(new Set(hashes).size, hashes.length)
    assert.ok(hashes.every(hash => /^[0-9a-f]{16}$/.test(hash)))
    assert.equal(hashOf([1, 2]), hashOf([1, 2]))
  })
})
