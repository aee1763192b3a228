import assert from 'node:assert/strict'
import fc from 'fast-check'
import { BEAT_BYTES, BeatKey, readBeat } from '../../src/beat/beat-datagram.ts'

const keyOf = (first: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, at) => first + at)
const key = new BeatKey(keyOf(0))
const fields = { tag: 0xfeed_0001, counter: 7, incarnation: 0xffff_ffff }

describe('a beat as a datagram', () => {
  it('is the same bytes as ever: tag, counter, incarnation, half a SHA-256', () => {
    const mac = 'e7ffbcdaee7e799eabf4778ccd5ac947'
    assert.equal(key.seal(fields).toString('hex'), `feed000100000007ffffffff${mac}`)
  })

  it('is read and known again by who has the key', () => {
    const u32 = fc.nat({ max: 0xffff_ffff })
    fc.assert(
      fc.property(u32, u32, u32, (tag, counter, incarnation) => {
        const datagram = key.seal({ tag, counter, incarnation })
        assert.equal(datagram.length, BEAT_BYTES)
        assert.deepEqual(readBeat(datagram), { tag, counter, incarnation })
        assert.ok(key.sealed(datagram))
      }),
      { numRuns: 100, seed: 1 }
    )
  })

  it('with any bit changed is forged', () => {
    const datagram = key.seal(fields)
    for (let bit = 0; bit < BEAT_BYTES * 8; bit++) {
      const forged = Buffer.from(datagram)
      forged[bit >> 3]! ^= 1 << (bit & 7)
      assert.equal(key.sealed(forged), false, `bit ${bit}`)
    }
    assert.ok(key.sealed(datagram))
  })

  it('of another link is forged', () => {
    assert.equal(new BeatKey(keyOf(1)).sealed(key.seal(fields)), false)
  })

  it('cut off or with something behind it is none', () => {
    const datagram = key.seal(fields)
    for (let length = 0; length < BEAT_BYTES; length++) {
      assert.equal(readBeat(datagram.subarray(0, length)), undefined)
    }
    assert.equal(readBeat(Buffer.concat([datagram, Buffer.alloc(1)])), undefined)
  })

  it('keeps its key though the bytes it came in are used again', () => {
    const bytes = keyOf(0)
    const kept = new BeatKey(bytes)
    bytes.fill(9)
    assert.ok(kept.sealed(key.seal(fields)))
  })
})
