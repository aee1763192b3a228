import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compiledKernels } from '../../src/kernels/compiled.ts'
import type { Kernels } from '../../src/kernels/kernels.ts'
import { portableKernels } from '../../src/kernels/portable.ts'
import { EXP2, Workspace } from '../../src/kernels/workspace.ts'

const HALF = 1 << 19
/** Both implementations over memories of their own, filled alike. */
const spaces = [new Workspace(2 * HALF), new Workspace(2 * HALF)] as const
const [compiled, portable] = [compiledKernels(spaces[0]), portableKernels(spaces[1])]
const IN = 4_096
const OUT = HALF
const SCRATCH = HALF + (HALF >> 1)

const runs = { numRuns: 40 }
const seed = fc.integer({ min: 1 })
const blocks = fc.integer({ min: 1, max: 20 })

/** The same pseudo-random bytes to both from `IN` on. */
function fill(from: number, bytes: number, seed: number, value: (random: number) => number): void {
  let state = seed | 0
  for (let i = from; i < from + bytes; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    const byte = value(state >>> 8)
    for (const { i8 } of spaces) i8[i] = byte
  }
}

function both(call: (kernels: Kernels) => void, outputs: readonly [number, number][]): void {
  for (const { i8 } of spaces) for (const [at, bytes] of outputs) i8.fill(0x55, at, at + bytes)
  call(compiled)
  call(portable)
  for (const [at, bytes] of outputs) {
    const [a, b] = spaces.map(({ i8 }) => Buffer.from(i8.slice(at, at + bytes)))
    assert.ok(a!.equals(b!), `bytes ${at} to ${at + bytes} differ`)
  }
}

const anyByte = (random: number): number => (random & 255) - 128
const code = (random: number): number => {
  const digits = [0, 1, 2, 3].map(i => (random >> (i * 4)) % 3)
  return digits.reduce((byte, digit) => (byte << 2) | digit, 0)
}

describe('compiled and portable kernels', () => {
  it('multiply a vector to the same bits', () => {
    fc.assert(
      fc.property(seed, blocks, (seed, b) => {
        const k = b * 64
        const w = IN + k
        fill(IN, k, seed, anyByte)
        fill(w, 2 * k, seed + 1, code)
        both(kernels => kernels.gemv(w, IN, OUT, 0, 8, k), [[OUT, 32]])
      }),
      runs
    )
  })

  it('multiply a matrix to the same bits, and as a vector does', () => {
    fc.assert(
      fc.property(seed, blocks, fc.integer({ min: 1, max: 4 }), (seed, b, quads) => {
        const [k, m, n] = [b * 64, quads * 4, 64]
        const w = IN + m * k
        fill(IN, m * k, seed, anyByte)
        fill(w, (n * k) / 4, seed + 1, code)
        both(kernels => kernels.gemm(w, IN, OUT, SCRATCH, m, 0, n, k, n), [[OUT, 4 * m * n]])
        const line = spaces[0].i32.slice(OUT / 4, OUT / 4 + n)
        compiled.gemv(w, IN, OUT, 0, n, k)
        assert.deepEqual(spaces[0].i32.slice(OUT / 4, OUT / 4 + n), line)
      }),
      runs
    )
  })

  it('survive the extremes of 3072 activations', () => {
    const k = 3_072
    for (const x of [-128, 127]) {
      for (const byte of [0, 0b10_10_10_10]) {
        fill(IN, k, 1, () => x)
        fill(IN + k, k, 1, () => byte)
        both(kernels => kernels.gemv(IN + k, IN, OUT, 0, 4, k), [[OUT, 16]])
        assert.equal(spaces[0].i32[OUT / 4], x * k * (byte === 0 ? -1 : 1))
      }
    }
  })

  it('pack and turn weights alike', () => {
    fc.assert(
      fc.property(seed, blocks, (seed, b) => {
        const k = b * 64
        fill(IN, 16 * k, seed, random => (random % 3) - 1)
        both(kernels => kernels.pack(IN, OUT, 16, k), [[OUT, 4 * k]])
        both(kernels => kernels.transpose(IN, OUT, 16, k), [[OUT, 16 * k]])
      }),
      runs
    )
  })

  it('normalise alike, and to a root mean square of 24', () => {
    fc.assert(
      fc.property(
        seed,
        blocks,
        fc.integer({ min: 12, max: 30 }),
        fc.boolean(),
        (seed, b, shift, relu) => {
          const width = b * 16
          for (let i = 0; i < 4 * width; i++) {
            const value = Math.imul(seed + i, 0x9e3779b1) >> shift
            for (const { i32 } of spaces) i32[IN / 4 + i] = value
          }
          both(
            kernels => kernels.normalise(IN, OUT, SCRATCH, 0, 4, width, relu ? 1 : 0),
            [
              [OUT, 4 * width],
              [SCRATCH, 16]
            ]
          )
        }
      ),
      runs
    )
    for (let i = 0; i < 512; i++) spaces[0].i32[IN / 4 + i] = ((i * 7_919) % 2_001) - 1_000
    compiled.normalise(IN, OUT, SCRATCH, 0, 1, 512, 0)
    const squares = spaces[0].i8.slice(OUT, OUT + 512).reduce((sum, v) => sum + v * v, 0)
    assert.equal(Math.round(Math.sqrt(squares / 512)), 24)
  })

  it('add scaled columns alike', () => {
    fill(IN, 4 * 4 * 64, 5, anyByte)
    for (const { i32 } of spaces) for (let i = 0; i < 256; i++) i32[HALF / 8 + i] = i * 97 - 9_000
    both(
      kernels => {
        kernels.normalise(HALF / 2, OUT, SCRATCH, 0, 1, 16, 0)
        kernels.addScaled(HALF / 2, HALF / 2, 4, 16, 48, 64, 577)
      },
      [[OUT, 16]]
    )
    const [a, b] = spaces.map(({ i32 }) => i32.slice(HALF / 8, HALF / 8 + 256))
    assert.deepEqual(a, b)
  })

  it('attend alike, near tokens more where alpha is positive', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 64 }), fc.nat(200), (seed, t, alpha) => {
        const [d, size] = [64, 32]
        const hops = IN + t * 3 * d
        const at = Math.ceil(hops / 16) * 16
        const alphas = at + 4 * t * t
        fill(IN, t * 3 * d, seed, anyByte)
        fill(at, 4 * t * t, seed, () => 0)
        for (const { i32, i8 } of spaces) {
          for (let i = 0; i < t * t; i++)
            i8[at + 4 * i] = Math.abs((i % t) - Math.floor(i / t)) % 12
          i32[alphas / 4] = alpha
          i32[alphas / 4 + 1] = 0
        }
        both(
          kernels => kernels.attend(IN, OUT, at, alphas, SCRATCH, t, d, size, 0, 2, 116),
          [[OUT, 4 * t * d]]
        )
      }),
      runs
    )
  })

  it('sum outer products alike', () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 4 }), (seed, quads) => {
        const [m, n, k] = [quads * 4, 64, 128]
        fill(IN, m * n * 2, seed, anyByte)
        fill(IN + m * n * 2, m * k, seed, anyByte)
        both(
          kernels => kernels.outer(IN, IN + m * n * 2, OUT, SCRATCH, m, n, k, 1e-5),
          [[OUT, 4 * n * k]]
        )
      }),
      runs
    )
  })

  it('step Adam alike', () => {
    const count = 256
    const [latent, gradient, mean, spread] = [IN, IN + 1_024, IN + 2_048, IN + 3_072]
    for (const { f32 } of spaces) {
      for (let i = 0; i < count; i++) {
        f32[latent / 4 + i] = (i % 255) - 127
        f32[gradient / 4 + i] = Math.sin(i * 3) / (1 + (i % 7))
        f32[mean / 4 + i] = Math.sin(i) / 8
        f32[spread / 4 + i] = (i % 5) / 9
      }
    }
    both(
      kernels => {
        for (let step = 0; step < 5; step++) {
          kernels.adam(latent, OUT, gradient, mean, spread, count, 2, 0.9, 0.99, 1e-8)
        }
      },
      [[OUT, count]]
    )
    const [a, b] = spaces.map(({ f32 }) => f32.slice(IN / 4, IN / 4 + 1_024))
    assert.deepEqual(a, b)
  })
})

describe('the table of powers', () => {
  it('holds 2^(−i / 256) in 12 bits', () => {
    EXP2.forEach((entry, i) => {
      assert.equal(entry, Math.round(4_096 * 2 ** (-i / 256)))
    })
  })
})
