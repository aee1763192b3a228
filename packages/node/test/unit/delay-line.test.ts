import assert from 'node:assert/strict'
import { DelayLine, Lane } from '../../src/host/delay-line.ts'
import { FakeLineClock } from './support/line-clock.ts'

describe('a delay line', () => {
  it('keeps the order of a lane and the delay of each', () => {
    const clock = new FakeLineClock()
    const line = new DelayLine(clock)
    const [near, far] = [new Lane(), new Lane()]
    const told: string[] = []
    const send = (lane: Lane, delayMs: number, what: string): void =>
      line.add(lane, delayMs, () => told.push(`${clock.nowMs()} ${what}`))
    send(far, 80, 'far 1')
    send(near, 30, 'near 1')
    clock.pass(20)
    send(near, 30, 'near 2')
    send(far, 10, 'far 2, overtakes nobody')
    clock.pass(100)
    assert.deepEqual(told, ['30 near 1', '50 near 2', '80 far 1', '80 far 2, overtakes nobody'])
  })

  it('runs on one timer, and on none when nothing is on its way', () => {
    const clock = new FakeLineClock()
    const line = new DelayLine(clock)
    for (let i = 0; i < 50; i++) line.add(new Lane(), 10 + i, () => undefined)
    assert.equal(clock.pending, 1)
    clock.pass(100)
    assert.equal(clock.pending, 0)
  })

  it('holds a lane without holding others, and lets it go on in order', () => {
    const clock = new FakeLineClock()
    const line = new DelayLine(clock)
    const [held, other] = [new Lane(), new Lane()]
    const told: string[] = []
    line.add(held, 10, () => told.push('a'))
    line.add(held, 20, () => told.push('b'))
    line.add(other, 15, () => told.push('other'))
    line.hold(held)
    clock.pass(50)
    assert.deepEqual(told, ['other'])
    line.release(held)
    clock.pass(1)
    assert.deepEqual(told, ['other', 'a', 'b'])
  })

  it('forgets a lane that is cleared', () => {
    const clock = new FakeLineClock()
    const line = new DelayLine(clock)
    const lane = new Lane()
    line.add(lane, 10, () => assert.fail('cleared'))
    line.clear(lane)
    clock.pass(50)
    assert.equal(clock.pending, 0)
  })
})
