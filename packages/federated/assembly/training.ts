/** The images of rows of int8 weights −1, 0, +1. */
export function pack(weights: usize, image: usize, rows: i32, k: i32): void {
  const one = i8x16.splat(1)
  const blocks = (<usize>rows * <usize>k) >> 6
  for (let i: usize = 0; i < blocks; i++) {
    let codes = i8x16.add(v128.load(weights), one)
    codes = v128.or(codes, i16x8.shl(i8x16.add(v128.load(weights, 16), one), 2))
    codes = v128.or(codes, i16x8.shl(i8x16.add(v128.load(weights, 32), one), 4))
    codes = v128.or(codes, i16x8.shl(i8x16.add(v128.load(weights, 48), one), 6))
    v128.store(image, codes)
    weights += 64
    image += 16
  }
}

/** int8 rows × columns, turned into columns × rows. Both are multiples of 16. */
export function transpose(from: usize, to: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r += 16) {
    for (let c = 0; c < columns; c++) {
      const at = from + <usize>r * <usize>columns + c
      const out = to + <usize>c * <usize>rows + r
      for (let i = 0; i < 16; i++) store<i8>(out + i, load<i8>(at + <usize>i * <usize>columns))
    }
  }
}

function interleave(out: usize, a: usize, b: usize): void {
  const u = v128.load8x8_s(a)
  const v = v128.load8x8_s(b)
  v128.store(out, v128.shuffle<i16>(u, v, 0, 8, 1, 9, 2, 10, 3, 11))
  v128.store(out, v128.shuffle<i16>(u, v, 4, 12, 5, 13, 6, 14, 7, 15), 16)
}

/**
 * gradient[n][k] = Σ over m rows of dy[t][n] · x[t][k], times scale, as f32. dy is i16, x int8, both
 * in pairs of rows; the sums are exact while |dy| · 127 · m < 2³¹. `scratch` holds 2 · m · (k + n) bytes.
 */
export function outer(
  dy: usize,
  x: usize,
  gradient: usize,
  scratch: usize,
  m: i32,
  n: i32,
  k: i32,
  scale: f32
): void {
  const width = <usize>k
  const pairs = m >> 1
  // Panels of 16 columns, two rows interleaved as i16 pairs: one dot product takes both.
  for (let t = 0; t < pairs; t++) {
    const a = x + <usize>(2 * t) * width
    let out = scratch + ((<usize>t) << 6)
    for (let i: usize = 0; i < width; i += 16) {
      interleave(out, a + i, a + width + i)
      interleave(out + 32, a + i + 8, a + width + i + 8)
      out += (<usize>pairs) << 6
    }
  }
  // dy turned, pairs of rows side by side: one load then gives both factors.
  const turned = scratch + ((<usize>m * width) << 1)
  for (let t = 0; t < pairs; t++) {
    const g = dy + ((<usize>t * <usize>n) << 2)
    for (let row: usize = 0; row < <usize>n; row++) {
      const both =
        <i32>load<u16>(g + (row << 1)) | ((<i32>load<u16>(g + ((<usize>n + row) << 1))) << 16)
      store<i32>(turned + ((row * <usize>pairs + t) << 2), both)
    }
  }
  const factor = f32x4.splat(scale)
  for (let row = 0; row < n; row += 2) {
    for (let i: usize = 0; i < width; i += 16) {
      let s0 = i32x4.splat(0)
      let s1 = s0
      let s2 = s0
      let s3 = s0
      let r0 = s0
      let r1 = s0
      let r2 = s0
      let r3 = s0
      let p = scratch + (i << 1) * <usize>m
      let g = turned + ((<usize>row * <usize>pairs) << 2)
      for (let t = 0; t < pairs; t++) {
        const d0 = v128.load32_splat(g)
        const d1 = v128.load32_splat(g + ((<usize>pairs) << 2))
        const x0 = v128.load(p)
        const x1 = v128.load(p, 16)
        const x2 = v128.load(p, 32)
        const x3 = v128.load(p, 48)
        s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x0, d0))
        s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x1, d0))
        s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x2, d0))
        s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x3, d0))
        r0 = i32x4.add(r0, i32x4.dot_i16x8_s(x0, d1))
        r1 = i32x4.add(r1, i32x4.dot_i16x8_s(x1, d1))
        r2 = i32x4.add(r2, i32x4.dot_i16x8_s(x2, d1))
        r3 = i32x4.add(r3, i32x4.dot_i16x8_s(x3, d1))
        p += 64
        g += 4
      }
      const at = gradient + ((<usize>row * width + i) << 2)
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(s0), factor))
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(s1), factor), 16)
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(s2), factor), 32)
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(s3), factor), 48)
      const below = at + (width << 2)
      v128.store(below, f32x4.mul(f32x4.convert_i32x4_s(r0), factor))
      v128.store(below, f32x4.mul(f32x4.convert_i32x4_s(r1), factor), 16)
      v128.store(below, f32x4.mul(f32x4.convert_i32x4_s(r2), factor), 32)
      v128.store(below, f32x4.mul(f32x4.convert_i32x4_s(r3), factor), 48)
    }
  }
}

/**
 * A step of Adam on f32 latents, kept within ±127, and their ternary weights: +1 from 32 on, −1 from
 * −32 on. Only operations that IEEE 754 rounds correctly, one at a time.
 */
export function adam(
  latent: usize,
  weights: usize,
  gradient: usize,
  mean: usize,
  spread: usize,
  count: i32,
  rate: f32,
  keep: f32,
  keepSpread: f32,
  tiny: f32
): void {
  const k1 = f32x4.splat(keep)
  const o1 = f32x4.splat(1 - keep)
  const k2 = f32x4.splat(keepSpread)
  const o2 = f32x4.splat(1 - keepSpread)
  const r = f32x4.splat(rate)
  const e = f32x4.splat(tiny)
  const most = f32x4.splat(127)
  const least = f32x4.splat(-127)
  const up = f32x4.splat(32)
  const down = f32x4.splat(-32)
  for (let i: usize = 0; i < <usize>count; i += 4) {
    const at = i << 2
    const g = v128.load(gradient + at)
    const m = f32x4.add(f32x4.mul(k1, v128.load(mean + at)), f32x4.mul(o1, g))
    const s = f32x4.add(f32x4.mul(k2, v128.load(spread + at)), f32x4.mul(o2, f32x4.mul(g, g)))
    v128.store(mean + at, m)
    v128.store(spread + at, s)
    const step = f32x4.div(f32x4.mul(r, m), f32x4.add(f32x4.sqrt(s), e))
    const l = f32x4.max(f32x4.min(f32x4.sub(v128.load(latent + at), step), most), least)
    v128.store(latent + at, l)
    // Comparisons give −1 where they hold.
    const w = i32x4.sub(f32x4.le(l, down), f32x4.ge(l, up))
    const n = i16x8.narrow_i32x4_s(w, w)
    v128.store32_lane(weights + i, i8x16.narrow_i16x8_s(n, n), 0)
  }
}
