import assert from 'node:assert/strict'
import fc from 'fast-check'
import { inputFault, isFramed } from '../src/event.ts'
import { decodeEvent, encodeEvent, type LedgerEvent, MAX_PAYLOAD_BYTES } from '../src/index.ts'

const bytes = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(array => Buffer.from(array))

const events: fc.Arbitrary<LedgerEvent> = fc.record(
  {
    type: fc.nat(0xffff),
    seq: fc.nat(2 ** 31),
    timeMs: fc.nat(2 ** 48 - 1),
    tick: fc.nat(0xffff),
    policyVersion: fc.nat(0xffffffff),
    actor: bytes(32),
    prev: bytes(32),
    payload: fc.uint8Array({ maxLength: 200 }).map(array => Buffer.from(array))
  },
  { noNullPrototype: true }
)

describe('event', () => {
  it('has the bytes of the format', () => {
    const event: LedgerEvent = {
      type: 0x0102,
      seq: 0x0304,
      timeMs: 0x05060708090a,
      tick: 0x0b0c,
      policyVersion: 0x0d0e0f10,
      actor: Buffer.alloc(32, 0xaa),
      prev: Buffer.alloc(32, 0xbb),
      payload: Buffer.from('hi')
    }
    const expected = [
      '01', // version
      '0102', // type
      '0000000000000304', // seq
      '05060708090a0b0c', // time: 48 bits of ms, 16 of ticks
      '0d0e0f10', // policy version
      'aa'.repeat(32), // actor
      'bb'.repeat(32), // prev
      '00000002', // length
      '6869'
    ]
    assert.equal(Buffer.from(encodeEvent(event)).toString('hex'), expected.join(''))
  })

  it('comes back as it was encoded', () => {
    fc.assert(
      fc.property(events, event => assert.deepEqual(decodeEvent(encodeEvent(event)), event)),
      { seed: 2 }
    )
  })

  it('is not decoded from bytes too few, too many or of another version', () => {
    const property = fc.property(events, fc.nat(), (event, cut) => {
      const encoded = Buffer.from(encodeEvent(event))
      assert.equal(decodeEvent(encoded.subarray(0, cut % encoded.length)), undefined)
      assert.equal(decodeEvent(Buffer.concat([encoded, Buffer.of(0)])), undefined)
      encoded[0] = 2
      assert.equal(decodeEvent(encoded), undefined)
    })
    fc.assert(property, { seed: 2 })
  })

  it('is decoded from arbitrary bytes only if they are exactly its encoding', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 300 }), junk => {
      const event = decodeEvent(junk)
      if (event !== undefined) assert.deepEqual(encodeEvent(event), Buffer.from(junk))
    })
    fc.assert(property, { seed: 2 })
  })

  const input = { type: 1, actor: new Uint8Array(32), policyVersion: 1, payload: new Uint8Array(3) }
  const cases = [
    {
      desc: 'everything at its limit',
      change: {
        type: 0xffff,
        policyVersion: 0xffffffff,
        payload: new Uint8Array(MAX_PAYLOAD_BYTES)
      },
      fault: undefined
    },
    {
      desc: 'a payload one byte too long',
      change: { payload: new Uint8Array(MAX_PAYLOAD_BYTES + 1) },
      fault: /payload has 65445 bytes/
    },
    { desc: 'a type past u16', change: { type: 0x10000 }, fault: /type/ },
    { desc: 'a negative type', change: { type: -1 }, fault: /type/ },
    { desc: 'half a type', change: { type: 0.5 }, fault: /type/ },
    {
      desc: 'a policy version past u32',
      change: { policyVersion: 2 ** 32 },
      fault: /policyVersion/
    },
    { desc: 'a short actor', change: { actor: new Uint8Array(31) }, fault: /actor has 31 bytes/ }
  ]
  for (const { desc, change, fault } of cases) {
    it(`${fault === undefined ? 'may have' : 'may not have'} ${desc}`, () => {
      const found = inputFault({ ...input, ...change })
      if (fault === undefined) assert.equal(found, undefined)
      else assert.match(found ?? '', fault)
    })
  }

  it('fits an entry of a bundle at its longest', () => {
    const payload = new Uint8Array(MAX_PAYLOAD_BYTES)
    const event = { ...input, payload, seq: 0, timeMs: 0, tick: 0, prev: new Uint8Array(32) }
    const encoded = Buffer.from(encodeEvent(event))
    assert.equal(encoded.length, 65_535)
    assert.ok(isFramed(encoded, 0, encoded.length))
  })
})
