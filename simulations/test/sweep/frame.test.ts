import assert from 'node:assert/strict'
import fc from 'fast-check'
import { SweepError } from '../../src/sweep/errors.ts'
import type { RunReply } from '../../src/sweep/executor.ts'
import { decodeReply, encodeReply, packFrames, unpackFrames } from '../../src/sweep/frame.ts'
import { specOf } from './support/plans.ts'
import { outcomeOf } from './support/run-stand-in.ts'

const spec = specOf(4)
const { summary, violations, tables } = outcomeOf(spec)
const reply: RunReply = { ok: true, result: { summary, violations, tables } }

describe('reply as bytes', () => {
  it('comes back as it was: types, not-a-number, order of fields', () => {
    const back = decodeReply(encodeReply(reply), spec)
    assert.deepEqual(back, reply)
    assert.equal(JSON.stringify(back), JSON.stringify(reply))
  })

  it('comes back from an odd place in a larger buffer', () => {
    const [frame] = unpackFrames(packFrames([encodeReply(reply)]).slice(), 1)
    const shifted = new Uint8Array(frame!.length + 3)
    shifted.set(frame!, 3)
    assert.deepEqual(decodeReply(shifted.subarray(3), spec), reply)
    assert.deepEqual(decodeReply(Buffer.from(shifted).subarray(3), spec), reply)
  })

  it('carries a failure', () => {
    const failed: RunReply = { ok: false, failure: { code: 'run-failed', message: 'no' } }
    assert.deepEqual(decodeReply(encodeReply(failed), spec), failed)
  })

  it('is refused as the reply to another run', () => {
    assert.throws(() => decodeReply(encodeReply(reply), specOf(5)), { code: 'damaged-result' })
  })

  it('is refused with columns of unequal lengths', () => {
    const table = { a: new Int32Array(2), b: new Int32Array(3) }
    const uneven: RunReply = { ok: true, result: { summary, violations, tables: { table } } }
    assert.throws(() => decodeReply(encodeReply(uneven), spec), { code: 'damaged-result' })
  })

  it('is read or refused, whatever the bytes', () => {
    const good = encodeReply(reply)
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, to]) => good.with(at, to)),
      fc.nat(good.length - 1).map(end => good.slice(0, end))
    )
    const read = (data: Uint8Array): unknown => {
      try {
        return decodeReply(data, spec)
      } catch (error) {
        return error instanceof SweepError && error.code === 'damaged-result'
      }
    }
    fc.assert(
      fc.property(bytes, data => assert.ok(read(data))),
      { seed: 3, numRuns: 2_000 }
    )
  })

  it('of several runs has neither more nor fewer than asked', () => {
    const packed = packFrames([new Uint8Array(2), new Uint8Array(0)])
    assert.equal(unpackFrames(packed, 2).length, 2)
    for (const count of [1, 3]) {
      assert.throws(() => unpackFrames(packed, count), { code: 'damaged-result' })
    }
  })
})
