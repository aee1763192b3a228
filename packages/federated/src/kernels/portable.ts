import { type Kernels, LATENT_MOST, LATENT_THRESHOLD, STEP } from './kernels.ts'
import { EXP2, type Workspace } from './workspace.ts'

const { fround } = Math

/** The kernels in plain TypeScript, bit for bit what the compiled ones do. */
export function portableKernels(space: Workspace): Kernels {
  return {
    gemv: (w, x, y, from, to, k) => multiply(space, w, x, y, 1, from, to, k, to),
    gemm: (w, x, y, _scratch, m, from, to, k, n) => multiply(space, w, x, y, m, from, to, k, n),
    pack: (...args) => pack(space, ...args),
    transpose: (...args) => transpose(space, ...args),
    normalise: (...args) => normalise(space, ...args),
    addScaled: (...args) => addScaled(space, ...args),
    attend: (...args) => attend(space, ...args),
    outer: (...args) => outer(space, ...args),
    adam: (...args) => adam(space, ...args)
  }
}

type Rest<Name extends keyof Kernels> = Parameters<Kernels[Name]>

function multiply(
  { i8, i32 }: Workspace,
  w: number,
  x: number,
  y: number,
  m: number,
  from: number,
  to: number,
  k: number,
  n: number
): void {
  const weights = new Int8Array(k)
  for (let row = from; row < to; row++) {
    const image = w + (row * k) / 4
    for (let i = 0; i < k / 4; i++) {
      const byte = i8[image + i]!
      const at = (i >> 4) * 64 + (i & 15)
      weights[at] = (byte & 3) - 1
      weights[at + 16] = ((byte >> 2) & 3) - 1
      weights[at + 32] = ((byte >> 4) & 3) - 1
      weights[at + 48] = ((byte >> 6) & 3) - 1
    }
    for (let t = 0; t < m; t++) {
      const line = x + t * k
      let sum = 0
      for (let i = 0; i < k; i++) sum += i8[line + i]! * weights[i]!
      i32[y / 4 + t * n + row] = sum
    }
  }
}

function pack({ i8 }: Workspace, ...[weights, image, rows, k]: Rest<'pack'>): void {
  for (let i = 0; i < (rows * k) / 4; i++) {
    const at = weights + (i >> 4) * 64 + (i & 15)
    let byte = 0
    for (let part = 3; part >= 0; part--) byte = (byte << 2) | (i8[at + part * 16]! + 1)
    i8[image + i] = byte
  }
}

function transpose({ i8 }: Workspace, ...[from, to, rows, columns]: Rest<'transpose'>): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) i8[to + c * rows + r] = i8[from + r * columns + c]!
  }
}

function normalise(
  { i8, i32 }: Workspace,
  ...[x, y, roots, from, to, width, relu]: Rest<'normalise'>
): void {
  for (let row = from; row < to; row++) {
    const line = x / 4 + row * width
    let squares = 0
    for (let i = 0; i < width; i++) {
      const v = relu === 0 ? i32[line + i]! : Math.max(0, i32[line + i]!)
      squares += v * v
    }
    // Below 2⁵², where a correctly rounded root's floor is the integer root.
    const root = Math.max(1, Math.floor(Math.sqrt(Math.floor(squares / width))))
    i32[roots / 4 + row] = root
    const factor = Math.trunc((STEP << 20) / root)
    for (let i = 0; i < width; i++) {
      const v = relu === 0 ? i32[line + i]! : Math.max(0, i32[line + i]!)
      const scaled = (Math.imul(v, factor) + (1 << 19)) >> 20
      i8[y + row * width + i] = Math.max(-127, Math.min(127, scaled))
    }
  }
}

function addScaled({ i32 }: Workspace, ...[h, y, m, from, to, n, factor]: Rest<'addScaled'>): void {
  for (let t = 0; t < m; t++) {
    for (let i = t * n + from; i < t * n + to; i++) {
      i32[h / 4 + i] = i32[h / 4 + i]! + (Math.imul(i32[y / 4 + i]!, factor) >> 10)
    }
  }
}

function attend(
  { i8, i32 }: Workspace,
  ...[qkv, out, hops, alphas, scratch, t, d, size, from, to, factor]: Rest<'attend'>
): void {
  const weights = i32.subarray(scratch / 4, scratch / 4 + t)
  for (let head = from; head < to; head++) {
    const alpha = i32[alphas / 4 + head]!
    for (let i = 0; i < t; i++) {
      const q = qkv + i * 3 * d + head * size
      for (let j = 0; j < t; j++) {
        const key = qkv + j * 3 * d + d + head * size
        let sum = 0
        for (let c = 0; c < size; c++) sum += i8[q + c]! * i8[key + c]!
        weights[j] = (Math.imul(sum, factor) >> 10) - Math.imul(alpha, i32[hops / 4 + i * t + j]!)
      }
      const share = Math.trunc((1 << 24) / weigh(weights))
      for (let c = 0; c < size; c++) {
        let sum = 0
        for (let j = 0; j < t; j++) {
          const value = i8[qkv + j * 3 * d + 2 * d + head * size + c]!
          sum += (Math.imul(weights[j]!, share) >> 12) * value
        }
        i32[out / 4 + i * d + head * size + c] = sum
      }
    }
  }
}

/**
 * Turns logits in 1/256 powers of 2 into unnormalised Q12 weights, in place; at least one is 4096.
 *
 * @returns their sum
 */
export function weigh(logits: Int32Array): number {
  let most = -0x80000000
  for (const logit of logits) if (logit > most) most = logit
  let total = 0
  for (let j = 0; j < logits.length; j++) {
    const below = (most - logits[j]!) | 0
    const halvings = below >> 8
    const weight = halvings > 12 ? 0 : EXP2[below & 255]! >> halvings
    logits[j] = weight
    total += weight
  }
  return total
}

function outer(
  { i8, i16, f32 }: Workspace,
  ...[dy, x, gradient, _scratch, m, n, k, scale]: Rest<'outer'>
): void {
  const factor = fround(scale)
  const sums = new Int32Array(k)
  for (let row = 0; row < n; row++) {
    sums.fill(0)
    for (let t = 0; t < m; t++) {
      const g = i16[dy / 2 + t * n + row]!
      for (let i = 0; i < k; i++) sums[i] = sums[i]! + g * i8[x + t * k + i]!
    }
    for (let i = 0; i < k; i++) f32[gradient / 4 + row * k + i] = fround(sums[i]!) * factor
  }
}

function adam(
  { i8, f32 }: Workspace,
  ...[latent, weights, gradient, mean, spread, count, rate, keep, keepSpread, tiny]: Rest<'adam'>
): void {
  const [r, e, k1, k2] = [fround(rate), fround(tiny), fround(keep), fround(keepSpread)]
  const [o1, o2] = [fround(1 - k1), fround(1 - k2)]
  for (let i = 0; i < count; i++) {
    const g = f32[gradient / 4 + i]!
    const m = fround(fround(k1 * f32[mean / 4 + i]!) + fround(o1 * g))
    const s = fround(fround(k2 * f32[spread / 4 + i]!) + fround(o2 * fround(g * g)))
    f32[mean / 4 + i] = m
    f32[spread / 4 + i] = s
    const step = fround(fround(r * m) / fround(fround(Math.sqrt(s)) + e))
    const next = Math.max(-LATENT_MOST, Math.min(LATENT_MOST, fround(f32[latent / 4 + i]! - step)))
    f32[latent / 4 + i] = next
    i8[weights + i] = next >= LATENT_THRESHOLD ? 1 : next <= -LATENT_THRESHOLD ? -1 : 0
  }
}
