import assert from 'node:assert/strict'
import fc from 'fast-check'
import { countNonZero, FederatedError, packTernary, unpackTernary } from '../src/index.ts'

function check<Values extends unknown[]>(property: fc.IPropertyWithHooks<Values>): void {
  fc.assert(property, { seed: 0x74_65_72_6e, numRuns: 500 })
}

const weights = fc.array(fc.constantFrom(-1, 0, 1), { maxLength: 70 })

describe('ternary packing', () => {
  for (const { desc, given, packed } of [
    { desc: 'nothing', given: [], packed: [] },
    { desc: 'one weight of each kind', given: [0, 1, -1], packed: [0b10_01_00] },
    { desc: 'a full byte, the first lowest', given: [1, -1, -1, 1], packed: [0b01_10_10_01] },
    { desc: 'a weight past a byte', given: [0, 0, 0, 0, -1], packed: [0, 0b10] }
  ]) {
    it(`packs ${desc}`, () => {
      assert.deepEqual([...packTernary(given)], packed)
    })
  }

  it('gives back what was packed, four weights a byte', () => {
    check(
      fc.property(weights, given => {
        const packed = packTernary(Int8Array.from(given))
        assert.equal(packed.length, Math.ceil(given.length / 4))
        const result = unpackTernary(packed, given.length)
        assert.ok(result.ok)
        assert.deepEqual([...result.weights], given)
      })
    )
  })

  it('accepts only bytes that packing makes, so each list has one packed form', () => {
    let [accepted, refused] = [0, 0]
    check(
      fc.property(fc.uint8Array({ maxLength: 3 }), fc.nat(12), (bytes, count) => {
        const result = unpackTernary(bytes, count)
        if (result.ok) assert.deepEqual(packTernary(result.weights), bytes)
        if (result.ok) accepted++
        else refused++
      })
    )
    assert.ok(accepted > 20 && refused > 20, `${accepted} accepted, ${refused} refused`)
  })

  it('refuses code 3 in every place of every byte', () => {
    check(
      fc.property(weights, fc.nat(), (given, pick) => {
        if (given.length === 0) return
        const at = pick % given.length
        const packed = packTernary(given)
        packed[at >> 2]! |= 3 << ((at & 3) * 2)
        assert.deepEqual(unpackTernary(packed, given.length), { ok: false, code: 'invalid-code' })
      })
    )
  })

  for (const { desc, bytes, count, code } of [
    { desc: 'too few bytes', bytes: [0], count: 5, code: 'wrong-length' },
    { desc: 'too many bytes', bytes: [0, 0], count: 4, code: 'wrong-length' },
    { desc: 'bytes for no weights', bytes: [0], count: 0, code: 'wrong-length' },
    { desc: 'a count that is no integer', bytes: [0], count: 3.5, code: 'wrong-length' },
    { desc: 'a count below zero', bytes: [], count: -1, code: 'wrong-length' },
    { desc: 'a count that is no number', bytes: [0], count: Number.NaN, code: 'wrong-length' },
    { desc: 'an endless count', bytes: [0], count: Infinity, code: 'wrong-length' },
    { desc: 'a count far above the bytes', bytes: [0], count: 2 ** 50, code: 'wrong-length' },
    { desc: 'a weight in the padding', bytes: [0b01_00_00_00], count: 3, code: 'dirty-padding' },
    { desc: 'code 3 in the padding', bytes: [0b11_00_00_00], count: 3, code: 'invalid-code' },
    { desc: 'all bits set', bytes: [255], count: 4, code: 'invalid-code' }
  ]) {
    it(`refuses ${desc}`, () => {
      assert.deepEqual(unpackTernary(Uint8Array.from(bytes), count), { ok: false, code })
    })
  }

  it('counts the weights that are not zero', () => {
    check(
      fc.property(weights, given => {
        const expected = given.filter(weight => weight !== 0).length
        assert.equal(countNonZero(packTernary(given)), expected)
      })
    )
  })

  it('throws on weights that are not ternary', () => {
    for (const weight of [2, -2, 0.5, Number.NaN, 3]) {
      assert.throws(
        () => packTernary([0, weight]),
        (error: unknown) => error instanceof FederatedError && error.code === 'bad-weight'
      )
    }
  })
})
