import assert from 'node:assert/strict'
import { Workspace } from '../../src/kernels/workspace.ts'
import {
  attendBackward,
  choiceBackward,
  LOGIT_UNIT,
  normaliseBackward
} from '../../src/training/backward.ts'
import { Draw } from '../../src/training/draw.ts'

const STEP = 24
const H = 1e-4

/** The gradient of a function by central differences. */
function differences(f: (x: readonly number[]) => number, x: readonly number[]): number[] {
  return x.map((_, i) => {
    const moved = (by: number): number[] => x.map((v, j) => (i === j ? v + by : v))
    return (f(moved(H)) - f(moved(-H))) / (2 * H)
  })
}

function near(actual: readonly number[], expected: readonly number[], within: number): void {
  const scale = Math.max(...expected.map(Math.abs))
  actual.forEach((value, i) => {
    const off = Math.abs(value - expected[i]!) / scale
    assert.ok(off < within, `${i}: ${value} is not ${expected[i]}`)
  })
}

const draw = new Draw(4)
const integers = (count: number, most: number): number[] =>
  Array.from({ length: count }, () => draw.below(2 * most + 1) - most)

describe('gradients agree with finite differences', () => {
  it('of a normalisation', () => {
    const space = new Workspace(65_536)
    const width = 64
    const x = integers(width, 1_000)
    const pull = integers(width, 10)
    const root = (v: readonly number[]): number =>
      Math.sqrt(v.reduce((sum, value) => sum + value * value, 0) / width)
    const loss = (v: readonly number[]): number =>
      v.reduce((sum, value, i) => sum + ((STEP * value) / root(v)) * pull[i]!, 0)
    const [unit, roots, from, to] = [0, 1, 2, 3].map(() => space.take(4 * width)) as [
      number,
      number,
      number,
      number
    ]
    space.i32[roots / 4] = Math.floor(root(x))
    space.i8.set(
      x.map(value => Math.round((STEP * value) / root(x))),
      unit
    )
    space.f32.set(pull, from / 4)
    normaliseBackward(space, unit, roots, from, to, 1, width, { relu: false, add: false })
    near([...space.f32.slice(to / 4, to / 4 + width)], differences(loss, x), 0.03)
  })

  it('of attention, with the prior', () => {
    const space = new Workspace(65_536)
    const [tokens, width, factor, alpha] = [5, 16, 200, 30]
    const hops = Int32Array.from({ length: 25 }, (_, i) => Math.abs((i % 5) - Math.floor(i / 5)))
    const x = integers(tokens * 3 * width, 60)
    const pull = integers(tokens * width, 5)
    const loss = (v: readonly number[], strength: number): number => {
      let sum = 0
      for (let i = 0; i < tokens; i++) {
        const at = (t: number, part: number, c: number): number => v[t * 48 + part * 16 + c]!
        const p = Array.from({ length: tokens }, (_, j) => {
          let qk = 0
          for (let c = 0; c < width; c++) qk += at(i, 0, c) * at(j, 1, c)
          return Math.exp(((qk * factor) / 1_024 - strength * hops[i * 5 + j]!) * LOGIT_UNIT)
        })
        const total = p.reduce((a, b) => a + b, 0)
        for (let c = 0; c < width; c++) {
          const out = p.reduce((s, share, j) => s + (share / total) * at(j, 2, c), 0)
          sum += 4_096 * out * pull[i * width + c]!
        }
      }
      return sum
    }
    const [qkvAt, gradientAt, outAt] = [0, 1, 2].map(() => space.take(4 * x.length)) as [
      number,
      number,
      number
    ]
    space.i8.set(x, qkvAt)
    space.f32.set(pull, outAt / 4)
    const head = { tokens, width, size: width, head: 0, factor, alpha, hops }
    const dAlpha = attendBackward(space, { qkvAt, gradientAt, outAt, ...head })
    const gradient = [...space.f32.slice(gradientAt / 4, gradientAt / 4 + x.length)]
    near(
      gradient,
      differences(v => loss(v, alpha), x),
      0.03
    )
    near(
      [dAlpha],
      differences(([a]) => loss(x, a!), [alpha]),
      0.03
    )
  })

  it('of a choice', () => {
    const scores = integers(13, 300)
    const factor = 1_703
    const loss = (v: readonly number[]): number => {
      const p = v.map(score => Math.exp(((score * factor) / 1_024) * LOGIT_UNIT))
      return -Math.log(p[3]! / p.reduce((a, b) => a + b, 0))
    }
    near([...choiceBackward(scores, 3, factor).gradient], differences(loss, scores), 0.01)
  })
})
