import { laneSum, widen } from './shared'

/** Where the host keeps the constant 0x03030303: an immediate is rebuilt at each use, which halves the speed. */
const MASK_AT: usize = 64

/** Products of a lane of i16 before it is widened, in activations: 64 sums × 16 lanes. */
const RUN: usize = 1024

function dot(sum: v128, x: v128, codes: v128): v128 {
  return i16x8.add(sum, i16x8.relaxed_dot_i8x16_i7x16_s(x, codes))
}

function rowSum(x: usize, k: i32): i32 {
  let sum = i32x4.splat(0)
  for (let i = 0; i < k; i += 16) {
    sum = widen(sum, i16x8.extadd_pairwise_i8x16_s(v128.load(x + i)))
  }
  return laneSum(sum)
}

/** y[n] = Σ x[k] · w[n][k] for rows from..to, a multiple of 4 apart. */
export function gemv(w: usize, x: usize, y: usize, from: i32, to: i32, k: i32): void {
  const mask = v128.load32_splat(MASK_AT)
  const bias = rowSum(x, k)
  const rowBytes = <usize>k >> 2
  const end = x + <usize>k
  for (let n = from; n < to; n += 4) {
    let p0 = w + <usize>n * rowBytes
    let p1 = p0 + rowBytes
    let p2 = p1 + rowBytes
    let p3 = p2 + rowBytes
    let s0 = i32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let p = x
    while (p < end) {
      let stop = p + RUN
      if (stop > end) stop = end
      let a0 = i16x8.splat(0)
      let a1 = a0
      let a2 = a0
      let a3 = a0
      for (; p < stop; p += 64) {
        const q0 = v128.load(p0)
        const q1 = v128.load(p1)
        const q2 = v128.load(p2)
        const q3 = v128.load(p3)
        p0 += 16
        p1 += 16
        p2 += 16
        p3 += 16
        let v = v128.load(p)
        a0 = dot(a0, v, v128.and(q0, mask))
        a1 = dot(a1, v, v128.and(q1, mask))
        a2 = dot(a2, v, v128.and(q2, mask))
        a3 = dot(a3, v, v128.and(q3, mask))
        v = v128.load(p, 16)
        a0 = dot(a0, v, v128.and(i16x8.shr_u(q0, 2), mask))
        a1 = dot(a1, v, v128.and(i16x8.shr_u(q1, 2), mask))
        a2 = dot(a2, v, v128.and(i16x8.shr_u(q2, 2), mask))
        a3 = dot(a3, v, v128.and(i16x8.shr_u(q3, 2), mask))
        v = v128.load(p, 32)
        a0 = dot(a0, v, v128.and(i16x8.shr_u(q0, 4), mask))
        a1 = dot(a1, v, v128.and(i16x8.shr_u(q1, 4), mask))
        a2 = dot(a2, v, v128.and(i16x8.shr_u(q2, 4), mask))
        a3 = dot(a3, v, v128.and(i16x8.shr_u(q3, 4), mask))
        v = v128.load(p, 48)
        a0 = dot(a0, v, v128.and(i16x8.shr_u(q0, 6), mask))
        a1 = dot(a1, v, v128.and(i16x8.shr_u(q1, 6), mask))
        a2 = dot(a2, v, v128.and(i16x8.shr_u(q2, 6), mask))
        a3 = dot(a3, v, v128.and(i16x8.shr_u(q3, 6), mask))
      }
      s0 = widen(s0, a0)
      s1 = widen(s1, a1)
      s2 = widen(s2, a2)
      s3 = widen(s3, a3)
    }
    const out = y + ((<usize>n) << 2)
    store<i32>(out, laneSum(s0) - bias)
    store<i32>(out, laneSum(s1) - bias, 4)
    store<i32>(out, laneSum(s2) - bias, 8)
    store<i32>(out, laneSum(s3) - bias, 12)
  }
}

function unpackRows(image: usize, codes: usize, blocks: i32): void {
  const mask = v128.load32_splat(MASK_AT)
  for (let i = 0; i < blocks; i++) {
    const q = v128.load(image)
    v128.store(codes, v128.and(q, mask))
    v128.store(codes, v128.and(i16x8.shr_u(q, 2), mask), 16)
    v128.store(codes, v128.and(i16x8.shr_u(q, 4), mask), 32)
    v128.store(codes, v128.and(i16x8.shr_u(q, 6), mask), 48)
    image += 16
    codes += 64
  }
}

/**
 * y[t][n] = Σ x[t][k] · w[n][k] for columns from..to of y, which is n wide: tiles of 2 rows of w by
 * 4 of x, all the registers there are. `scratch` holds 2 · k + 4 · m bytes.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a tile is all registers, in one place
export function gemm(
  w: usize,
  x: usize,
  y: usize,
  scratch: usize,
  m: i32,
  from: i32,
  to: i32,
  k: i32,
  n: i32
): void {
  const width = <usize>k
  const line = (<usize>n) << 2
  const biases = scratch + 2 * width
  for (let t = 0; t < m; t++)
    store<i32>(biases + ((<usize>t) << 2), rowSum(x + <usize>t * width, k))
  const c0 = scratch
  const c1 = scratch + width
  for (let row = from; row < to; row += 2) {
    unpackRows(w + <usize>row * (width >> 2), scratch, k >> 5)
    for (let t = 0; t < m; t += 4) {
      const x0 = x + <usize>t * width
      const x1 = x0 + width
      const x2 = x1 + width
      const x3 = x2 + width
      let s00 = i32x4.splat(0)
      let s01 = s00
      let s02 = s00
      let s03 = s00
      let s10 = s00
      let s11 = s00
      let s12 = s00
      let s13 = s00
      let p: usize = 0
      while (p < width) {
        let stop = p + RUN
        if (stop > width) stop = width
        let a00 = i16x8.splat(0)
        let a01 = a00
        let a02 = a00
        let a03 = a00
        let a10 = a00
        let a11 = a00
        let a12 = a00
        let a13 = a00
        for (; p < stop; p += 32) {
          let u = v128.load(c0 + p)
          let v = v128.load(c1 + p)
          let q = v128.load(x0 + p)
          a00 = dot(a00, q, u)
          a10 = dot(a10, q, v)
          q = v128.load(x1 + p)
          a01 = dot(a01, q, u)
          a11 = dot(a11, q, v)
          q = v128.load(x2 + p)
          a02 = dot(a02, q, u)
          a12 = dot(a12, q, v)
          q = v128.load(x3 + p)
          a03 = dot(a03, q, u)
          a13 = dot(a13, q, v)
          u = v128.load(c0 + p, 16)
          v = v128.load(c1 + p, 16)
          q = v128.load(x0 + p, 16)
          a00 = dot(a00, q, u)
          a10 = dot(a10, q, v)
          q = v128.load(x1 + p, 16)
          a01 = dot(a01, q, u)
          a11 = dot(a11, q, v)
          q = v128.load(x2 + p, 16)
          a02 = dot(a02, q, u)
          a12 = dot(a12, q, v)
          q = v128.load(x3 + p, 16)
          a03 = dot(a03, q, u)
          a13 = dot(a13, q, v)
        }
        s00 = widen(s00, a00)
        s01 = widen(s01, a01)
        s02 = widen(s02, a02)
        s03 = widen(s03, a03)
        s10 = widen(s10, a10)
        s11 = widen(s11, a11)
        s12 = widen(s12, a12)
        s13 = widen(s13, a13)
      }
      const out = y + <usize>t * line + ((<usize>row) << 2)
      const at = biases + ((<usize>t) << 2)
      storePair(out, s00, s10, load<i32>(at))
      storePair(out + line, s01, s11, load<i32>(at, 4))
      storePair(out + 2 * line, s02, s12, load<i32>(at, 8))
      storePair(out + 3 * line, s03, s13, load<i32>(at, 12))
    }
  }
}

function storePair(out: usize, u: v128, v: v128, bias: i32): void {
  store<i32>(out, laneSum(u) - bias)
  store<i32>(out, laneSum(v) - bias, 4)
}
