import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { createRandomStream, SEED_BYTES } from '../src/index.ts'
import { check, range, throwsCode } from './support.ts'

const seeds = fc.uint8Array({ minLength: SEED_BYTES, maxLength: SEED_BYTES })

describe('random stream', () => {
  it('starts with the first keystream of RFC 8439, appendix A.1, for the zero key', () => {
    const random = createRandomStream(new Uint8Array(SEED_BYTES))
    assert.deepEqual(range(4).map(random.next), [0xade0b876, 0x903df1a0, 0xe56a5d40, 0x28bd8653])
  })

  it('is the keystream of ChaCha20 for any seed, over many blocks', () => {
    check(
      fc.property(seeds, seed => {
        const oracle = createCipheriv('chacha20', seed, new Uint8Array(16))
        const keystream = new DataView(new Uint8Array(oracle.update(new Uint8Array(400))).buffer)
        const random = createRandomStream(seed)
        for (const word of range(100)) {
          assert.equal(random.next(), keystream.getUint32(word * 4, true))
        }
      }),
      30
    )
  })

  it('reads a seed that lies inside a larger buffer', () => {
    const buffer = Uint8Array.from(range(40))
    assert.equal(
      createRandomStream(buffer.subarray(5, 37)).next(),
      createRandomStream(buffer.slice(5, 37)).next()
    )
  })

  it('draws below a bound, every value about equally often', () => {
    const random = createRandomStream(new Uint8Array(SEED_BYTES).fill(7))
    for (const bound of [1, 2, 3, 10, 97]) {
      const counts = new Array<number>(bound).fill(0)
      for (let i = 0; i < bound * 500; i++) counts[random.below(bound)]!++
      // 500 expected each; six standard deviations are 134.
      for (const count of counts) assert.ok(Math.abs(count - 500) < 134, `${count} of ${bound}`)
    }
  })

  it('draws without bias where the bound doesn’t divide 2^32', () => {
    // With bound 3·2^30 a plain remainder would draw the lowest quarter of 2^32 twice as often as
    // the rest.
    const random = createRandomStream(new Uint8Array(SEED_BYTES).fill(9))
    const draws = range(3000).map(() => random.below(3 * 2 ** 30))
    const low = draws.filter(draw => draw < 2 ** 30).length
    assert.ok(Math.abs(low - 1000) < 160, String(low))
  })

  it('draws all 32 bits', () => {
    const [a, b] = [0, 1].map(() => createRandomStream(new Uint8Array(SEED_BYTES)))
    assert.equal(a!.below(2 ** 32), b!.next())
  })

  it('refuses seeds and bounds that are none', () => {
    throwsCode('bad-seed', () => createRandomStream(new Uint8Array(31)))
    throwsCode('bad-seed', () => createRandomStream(new Uint8Array(0)))
    const random = createRandomStream(new Uint8Array(SEED_BYTES))
    for (const bound of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) {
      throwsCode('bad-bound', () => random.below(bound))
    }
  })
})
