import assert from 'node:assert/strict'
import { FRAME_MAX_BYTES } from '@torusmesh/protocol'
import fc from 'fast-check'
import { Uint8ArrayList } from 'uint8arraylist'
import { FrameReader, withLength } from '../../src/link/frames.ts'

function reader() {
  const frames: Uint8Array[] = []
  return { frames, reader: new FrameReader(frame => frames.push(frame.slice())) }
}

const lengthOf = (length: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, length)
  return bytes
}

describe('link frames', () => {
  it('come out whole however the stream was cut', () => {
    const frame = fc.uint8Array({ maxLength: 300 })
    const property = fc.property(
      fc.array(frame, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      (sent, cuts, asList) => {
        const stream = Buffer.concat(sent.map(withLength))
        const { frames, reader: read } = reader()
        for (let at = 0, cut = 0; at < stream.length; cut++) {
          const chunk = new Uint8Array(stream.subarray(at, at + cuts[cut % cuts.length]!))
          assert.equal(read.push(asList ? new Uint8ArrayList(chunk) : chunk), true)
          at += chunk.length
        }
        assert.deepEqual(frames, sent)
      }
    )
    fc.assert(property, { seed: 3 })
  })

  it('an empty frame is a frame', () => {
    const { frames, reader: read } = reader()
    assert.equal(read.push(withLength(new Uint8Array(0))), true)
    assert.deepEqual(frames, [new Uint8Array(0)])
  })

  it('the longest frame allowed passes', () => {
    const { frames, reader: read } = reader()
    assert.equal(read.push(withLength(new Uint8Array(FRAME_MAX_BYTES))), true)
    assert.equal(frames[0]?.length, FRAME_MAX_BYTES)
  })

  for (const length of [FRAME_MAX_BYTES + 1, 0xffff_ffff]) {
    it(`a frame announced with ${length} bytes is refused before its bytes come`, () => {
      const { frames, reader: read } = reader()
      const good = withLength(Uint8Array.of(1))
      assert.equal(read.push(new Uint8ArrayList(good, lengthOf(length))), false)
      assert.deepEqual(frames, [Uint8Array.of(1)])
    })
  }
})
