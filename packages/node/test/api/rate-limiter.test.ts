import assert from 'node:assert/strict'
import fc from 'fast-check'
import { RateLimiter } from '../../src/api/rate-limiter.ts'

const limiter = (perMinute: number, maxCallers = 10) => {
  const clock = { nowMs: 0 }
  return { clock, limiter: new RateLimiter({ perMinute, maxCallers, nowMs: () => clock.nowMs }) }
}

describe('rate limiter', () => {
  it('lets no caller have more than a full bucket and what flows in', () => {
    const steps = fc.array(
      fc.record({ waitMs: fc.nat(5_000), caller: fc.constantFrom('a', 'b') }),
      {
        maxLength: 200
      }
    )
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), steps, (perMinute, calls) => {
        const { clock, limiter: limited } = limiter(perMinute)
        const allowed = new Map<string, number>()
        for (const { waitMs, caller } of calls) {
          clock.nowMs += waitMs
          if (limited.take(caller) === 0) allowed.set(caller, (allowed.get(caller) ?? 0) + 1)
        }
        const most = perMinute + (clock.nowMs * perMinute) / 60_000
        for (const count of allowed.values()) assert.ok(count <= most + 1e-6)
      }),
      { seed: 5, numRuns: 200 }
    )
  })

  it('lets a caller go on after exactly the wait it was told', () => {
    const { clock, limiter: limited } = limiter(2)
    assert.deepEqual([limited.take('a'), limited.take('a')], [0, 0])
    const waitMs = limited.take('a')
    assert.equal(waitMs, 30_000)
    clock.nowMs += waitMs
    assert.equal(limited.take('a'), 0)
    assert.equal(limited.take('a'), 30_000)
  })

  it('remembers a bounded number of callers', () => {
    const { limiter: limited } = limiter(1, 2)
    assert.equal(limited.take('a'), 0)
    assert.notEqual(limited.take('a'), 0)
    assert.equal(limited.take('b'), 0)
    assert.equal(limited.take('c'), 0)
    assert.equal(limited.take('a'), 0)
  })
})
