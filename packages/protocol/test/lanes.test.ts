import assert from 'node:assert/strict'
import { Lanes } from '../src/native/lanes.ts'
import type { Urgency } from '../src/suites/attestation.ts'

function lanesOf(count: number, urgency: Urgency, lanes: Lanes<string> = new Lanes()) {
  for (let n = 1; n <= count; n++) lanes.push(`${urgency[0]}${n}`, urgency)
  return lanes
}

describe('lanes', () => {
  it('takes what is urgent first, and one routine item in four', () => {
    const lanes = lanesOf(5, 'urgent', lanesOf(4, 'routine'))
    assert.equal(lanes.length, 9)
    assert.deepEqual(lanes.drain().join(' '), 'u1 u2 u3 r1 u4 u5 r2 r3 r4')
    assert.equal(lanes.length, 0)
    assert.equal(lanes.shift(), undefined)
  })

  it('keeps the order of a lane however often it runs empty and fills again', () => {
    const lanes = new Lanes<number>()
    const taken: number[] = []
    let next = 0
    for (let round = 1; round <= 50; round++) {
      for (let n = 0; n < round % 7; n++) lanes.push(next++, 'routine')
      for (let n = 0; n < round % 5 && lanes.length > 0; n++) taken.push(lanes.shift()!)
    }
    taken.push(...lanes.drain())
    assert.ok(next > 100)
    assert.deepEqual(
      taken,
      Array.from({ length: next }, (_, n) => n)
    )
  })
})
