import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type EventWords, TimingWheel } from '../../src/engine/timing-wheel.ts'

/** Takes all events of the wheel's present tick. */
function taken(wheel: TimingWheel): number[][] {
  const { near } = wheel
  const events: number[][] = []
  for (
    let chunk = near.take(wheel.now & wheel.slotMask);
    chunk !== 0;
    chunk = near.release(chunk)
  ) {
    const end = near.endOf(chunk)
    for (let at = near.startOf(chunk); at < end; at += near.stride) {
      events.push([...near.words.subarray(at, at + near.stride)])
    }
  }
  return events
}

const HOUR_TICKS = 3_600 * 4_000
/** Some at one tick, some in the next epochs, some hours ahead. */
const delays = fc.oneof(
  fc.integer({ min: 1, max: 4 }),
  fc.integer({ min: 1, max: 20_000 }),
  fc.integer({ min: 1, max: 3 * HOUR_TICKS })
)

describe('timing wheel', () => {
  for (const stride of [1, 2, 3, 4] as const satisfies readonly EventWords[]) {
    it(`hands out events of ${stride} words by tick, and those of a tick as they were pushed`, () => {
      fc.assert(
        fc.property(fc.array(delays, { maxLength: 120 }), ticks => {
          const wheel = new TimingWheel(stride, 4)
          const expected = ticks
            .map((tick, i) => ({ tick, words: [i, ~i, 7, tick].slice(0, stride) }))
            .sort((a, b) => a.tick - b.tick)
          for (const [i, tick] of ticks.entries()) wheel.push(tick, i, ~i, 7, tick)
          const seen: { tick: number; words: number[] }[] = []
          while (wheel.advance(3 * HOUR_TICKS + 1)) {
            for (const words of taken(wheel)) seen.push({ tick: wheel.now, words })
          }
          assert.deepEqual(seen, expected)
          assert.equal(wheel.earliest(), Number.POSITIVE_INFINITY)
        }),
        { seed: 1, numRuns: 20 }
      )
    })
  }

  it('keeps the order of one tick, however far ahead each event was when it was pushed', () => {
    fc.assert(
      fc.property(fc.array(delays, { minLength: 1, maxLength: 30 }), leads => {
        const wheel = new TimingWheel(1, 4)
        const target = 3 * HOUR_TICKS + 4_097
        const pushed = leads.toSorted((a, b) => b - a)
        for (const [i, lead] of pushed.entries()) {
          while (wheel.advance(target - lead)) taken(wheel)
          wheel.push(target, i, 0, 0, 0)
        }
        while (wheel.advance(target + 1) && wheel.now < target) taken(wheel)
        assert.deepEqual(
          taken(wheel),
          pushed.map((_, i) => [i])
        )
      }),
      { seed: 2, numRuns: 20 }
    )
  })

  it('goes on while its events push others, and grows and reuses its chunks', () => {
    const wheel = new TimingWheel(1, 4)
    let events = 0
    for (let step = 1; step < 64; step++) wheel.push(step, step, 0, 0, 0)
    while (wheel.advance(10_064)) {
      for (const [step] of taken(wheel)) {
        events++
        if (wheel.now < 10_000) wheel.push(wheel.now + step!, step!, 0, 0, 0)
      }
    }
    const each = Array.from({ length: 63 }, (_, i) => Math.ceil(10_000 / (i + 1)))
    assert.equal(
      events,
      each.reduce((sum, n) => sum + n, 0)
    )
    const bytes = wheel.byteLength
    for (let i = 0; i < 10_000; i++) wheel.push(wheel.now + 1, i, 0, 0, 0)
    assert.ok(wheel.byteLength > bytes)
  })

  it('never says that nothing is due before an event', () => {
    fc.assert(
      fc.property(fc.array(delays, { minLength: 1, maxLength: 50 }), ticks => {
        const wheel = new TimingWheel(1, 4)
        for (const tick of ticks) wheel.push(tick, 0, 0, 0, 0)
        for (let earliest = wheel.earliest(); earliest < Infinity; earliest = wheel.earliest()) {
          if (wheel.advance(earliest + 1)) taken(wheel)
          assert.ok(wheel.now <= earliest)
        }
        assert.ok(wheel.now >= Math.max(...ticks))
      }),
      { seed: 3, numRuns: 20 }
    )
  })

  it('goes on from what it saved as if it had never stopped', () => {
    const ticks = Array.from({ length: 500 }, (_, i) => 1 + ((i * 7_919_317) % HOUR_TICKS))
    const rest = (wheel: TimingWheel): number[][] => {
      const seen: number[][] = []
      while (wheel.advance(HOUR_TICKS + 1)) seen.push([wheel.now, ...taken(wheel).flat()])
      return seen
    }
    const wheel = new TimingWheel(2, 4)
    for (const [i, tick] of ticks.entries()) wheel.push(tick, i, -i, 0, 0)
    while (wheel.advance(HOUR_TICKS / 2)) taken(wheel)
    const restored = new TimingWheel(2, 4)
    restored.restore(structuredClone(wheel.save()))
    const expected = rest(wheel)
    assert.ok(expected.length > 100)
    assert.deepEqual(rest(restored), expected)
  })

  it('refuses the past, the present and what lies beyond its horizon', () => {
    const wheel = new TimingWheel(1, 4)
    wheel.push(5, 0, 0, 0, 0)
    wheel.advance(6)
    assert.throws(() => wheel.push(4, 0, 0, 0, 0), { code: 'not-ahead' })
    assert.throws(() => wheel.push(5, 0, 0, 0, 0), { code: 'not-ahead' })
    assert.throws(() => wheel.push(2 ** 40, 0, 0, 0, 0), { code: 'beyond-horizon' })
  })
})
