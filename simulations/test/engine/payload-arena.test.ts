import assert from 'node:assert/strict'
import fc from 'fast-check'
import { PayloadArena } from '../../src/engine/payload-arena.ts'

describe('payload arena', () => {
  it('gives equal words one handle and keeps them while an event carries it', () => {
    const steps = fc.array(fc.record({ length: fc.nat(40), fill: fc.nat(5), drops: fc.nat(3) }), {
      maxLength: 300
    })
    fc.assert(
      fc.property(steps, list => {
        const arena = new PayloadArena()
        const pending: { handle: number; words: Int32Array }[] = []
        for (const { length, fill, drops } of list) {
          const words = new Int32Array(length).fill(fill)
          const handle = arena.intern(words)
          for (const other of pending) {
            const isEqual =
              other.words.length === length && (length === 0 || other.words[0] === fill)
            assert.equal(other.handle === handle, isEqual)
          }
          arena.keep(handle)
          pending.push({ handle, words })
          for (const { handle: dropped } of pending.splice(0, drops)) arena.drop(dropped)
          arena.sweep()
          for (const kept of pending) assert.deepEqual(arena.words(kept.handle), kept.words)
        }
      }),
      { seed: 1, numRuns: 50 }
    )
  })

  it('forgets what no event took, and never grows by what comes and goes', () => {
    const arena = new PayloadArena()
    const handle = arena.intern(Int32Array.of(1, 2, 3))
    arena.sweep()
    assert.throws(() => arena.words(handle), { code: 'bad-handle' })
    const bytes = arena.byteLength
    for (let n = 0; n < 100_000; n++) {
      const passing = arena.intern(Int32Array.of(n, n, n))
      arena.keep(passing)
      arena.sweep()
      arena.drop(passing)
    }
    assert.equal(arena.byteLength, bytes)
  })
})
