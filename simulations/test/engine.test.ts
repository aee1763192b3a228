import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type LossModel, Network } from '../src/engine/network.ts'
import { EventWheel } from '../src/engine/wheel.ts'

describe('event wheel', () => {
  it('handles events in the order of their times, and of one time in the order they were pushed', () => {
    const times = fc.array(fc.integer({ min: 1, max: 63 }), { maxLength: 400 })
    fc.assert(
      fc.property(times, atMs => {
        const wheel = new EventWheel(64)
        for (const [i, at] of atMs.entries()) wheel.push(at, at, i, ~i, 7)
        const seen: number[][] = []
        let count = 0
        while (wheel.nowMs < 63) {
          count += wheel.advance((w0, w1, w2, w3) => {
            assert.deepEqual([w0, w2, w3], [wheel.nowMs, ~w1, 7])
            seen.push([w0, w1])
          })
        }
        const expected = atMs.map((at, i) => [at, i]).sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!)
        assert.equal(count, atMs.length)
        assert.deepEqual(seen, expected)
      }),
      { seed: 1, numRuns: 100 }
    )
  })

  it('goes round for ever, while its events push others', () => {
    const wheel = new EventWheel(64)
    let events = 0
    const handle = (w0: number): void => {
      events++
      if (wheel.nowMs < 10_000) wheel.push(wheel.nowMs + w0, w0, 0, 0, 0)
    }
    for (let step = 1; step < 64; step++) wheel.push(step, step, 0, 0, 0)
    while (wheel.nowMs < 10_063) wheel.advance(handle)
    const expected = Array.from({ length: 63 }, (_, i) => Math.ceil(10_000 / (i + 1)))
    assert.equal(
      events,
      expected.reduce((sum, n) => sum + n, 0)
    )
  })

  it('refuses the past, the present and what lies beyond its horizon', () => {
    const wheel = new EventWheel(64)
    wheel.advance(() => {})
    for (const atMs of [0, 1, 65]) {
      assert.throws(() => wheel.push(atMs, 0, 0, 0, 0), { code: 'beyond-horizon' })
    }
    wheel.push(64, 0, 0, 0, 0)
    assert.throws(() => new EventWheel(100), { code: 'bad-setting' })
  })
})

describe('network', () => {
  const MESSAGES = 20_000
  /** Sends a message a millisecond over one link; returns each one's number and delay, as they arrive. */
  function deliveries(lossPermille: number, loss: LossModel): { n: number; delayMs: number }[] {
    const wheel = new EventWheel(1 << 15)
    const network = new Network({ latencyMs: 20, lossPermille, loss }, wheel, 1, 1, 3, 0)
    const arrived: { n: number; delayMs: number }[] = []
    while (wheel.nowMs < MESSAGES + 10_000) {
      if (wheel.nowMs < MESSAGES) network.send(0, 0, 0, 0, 0, wheel.nowMs)
      wheel.advance((_to, _kind, _a, n) => arrived.push({ n, delayMs: wheel.nowMs - n }))
    }
    assert.equal(network.sent, MESSAGES)
    return arrived
  }
  const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!

  it('delays messages around the median', () => {
    const delays = deliveries(0, 'drop').map(({ delayMs }) => delayMs)
    assert.equal(delays.length, MESSAGES)
    assert.equal(median(delays), 20)
    assert.deepEqual([Math.min(...delays), Math.max(...delays)], [7, 59])
  })

  it('drops the share it is told to', () => {
    const share = 1 - deliveries(50, 'drop').length / MESSAGES
    assert.ok(Math.abs(share - 0.05) < 0.01)
  })

  it('delivers all, in order and late by a timeout, when it retransmits', () => {
    const arrived = deliveries(50, 'retransmit')
    assert.deepEqual(
      arrived.map(({ n }) => n),
      Array.from({ length: MESSAGES }, (_, n) => n)
    )
    assert.ok(Math.max(...arrived.map(({ delayMs }) => delayMs)) >= 200 + 7)
  })
})
