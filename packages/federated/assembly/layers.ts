import { laneSum } from './shared'

/** Where the host keeps 256 i32: 2^(−i / 256) in Q12. */
const EXP2_AT: usize = 128

/** Normalised activations have the root mean square 24. */
const STEP: i32 = 24

/**
 * Rows from..to of i32 to int8 with the root mean square 24, cut at ±127; `relu` drops negatives
 * first. Writes each row's root mean square to `roots`, 1 at least.
 */
export function normalise(
  x: usize,
  y: usize,
  roots: usize,
  from: i32,
  to: i32,
  width: i32,
  relu: i32
): void {
  const floor = i32x4.splat(relu === 0 ? i32.MIN_VALUE : 0)
  const half = i32x4.splat(1 << 19)
  const least = i8x16.splat(-127)
  for (let row = from; row < to; row++) {
    const at = x + ((<usize>row * <usize>width) << 2)
    const out = y + <usize>row * <usize>width
    let squares = i64x2.splat(0)
    for (let i: usize = 0; i < <usize>width; i += 4) {
      const v = i32x4.max_s(v128.load(at + (i << 2)), floor)
      squares = i64x2.add(squares, i64x2.extmul_low_i32x4_s(v, v))
      squares = i64x2.add(squares, i64x2.extmul_high_i32x4_s(v, v))
    }
    const mean = (i64x2.extract_lane(squares, 0) + i64x2.extract_lane(squares, 1)) / width
    let root = <i32>Math.floor(Math.sqrt(<f64>mean))
    if (root < 1) root = 1
    store<i32>(roots + ((<usize>row) << 2), root)
    const factor = i32x4.splat((STEP << 20) / root)
    for (let i: usize = 0; i < <usize>width; i += 16) {
      const p = at + (i << 2)
      const v0 = scaled(i32x4.max_s(v128.load(p), floor), factor, half)
      const v1 = scaled(i32x4.max_s(v128.load(p, 16), floor), factor, half)
      const v2 = scaled(i32x4.max_s(v128.load(p, 32), floor), factor, half)
      const v3 = scaled(i32x4.max_s(v128.load(p, 48), floor), factor, half)
      const low = i16x8.narrow_i32x4_s(v0, v1)
      const high = i16x8.narrow_i32x4_s(v2, v3)
      v128.store(out + i, i8x16.max_s(i8x16.narrow_i16x8_s(low, high), least))
    }
  }
}

function scaled(v: v128, factor: v128, half: v128): v128 {
  return i32x4.shr_s(i32x4.add(i32x4.mul(v, factor), half), 20)
}

/** h[t][n] += y[t][n] · factor / 1024, rounded down, for columns from..to, multiples of 4. */
export function addScaled(
  h: usize,
  y: usize,
  m: i32,
  from: i32,
  to: i32,
  n: i32,
  factor: i32
): void {
  const f = i32x4.splat(factor)
  for (let t = 0; t < m; t++) {
    const line = (<usize>t * <usize>n) << 2
    for (let i = (<usize>from) << 2; i < (<usize>to) << 2; i += 16) {
      const sum = i32x4.shr_s(i32x4.mul(v128.load(y + line + i), f), 10)
      v128.store(h + line + i, i32x4.add(v128.load(h + line + i), sum))
    }
  }
}

/**
 * Attention of heads from..to over t tokens. `qkv` is int8, t × 3d; `out` i32, t × d. A logit is
 * (q · k) · factor / 1024 in 1/256 powers of 2, less alphas[head] × hops[i][j]; weights are Q12.
 * `scratch` holds 4 · t bytes.
 */
export function attend(
  qkv: usize,
  out: usize,
  hops: usize,
  alphas: usize,
  scratch: usize,
  t: i32,
  d: i32,
  size: i32,
  from: i32,
  to: i32,
  factor: i32
): void {
  const line = 3 * <usize>d
  for (let head = from; head < to; head++) {
    const q = qkv + head * size
    const alpha = load<i32>(alphas + ((<usize>head) << 2))
    for (let i = 0; i < t; i++) {
      const total = weigh(
        q + <usize>i * line,
        q + d,
        hops + ((<usize>i * <usize>t) << 2),
        scratch,
        t,
        line,
        size,
        factor,
        alpha
      )
      const share = (1 << 24) / total
      const row = out + ((<usize>i * <usize>d + head * size) << 2)
      for (let c = 0; c < size; c += 8) {
        let low = i32x4.splat(0)
        let high = low
        let v = q + 2 * <usize>d + c
        for (let j = 0; j < t; j++) {
          const weight = i16x8.splat(<i16>((load<i32>(scratch + ((<usize>j) << 2)) * share) >> 12))
          const values = v128.load8x8_s(v)
          low = i32x4.add(low, i32x4.extmul_low_i16x8_s(weight, values))
          high = i32x4.add(high, i32x4.extmul_high_i16x8_s(weight, values))
          v += line
        }
        v128.store(row + (c << 2), low)
        v128.store(row + (c << 2), high, 16)
      }
    }
  }
}

/** Unnormalised Q12 weights of one query over all keys; their sum. */
function weigh(
  q: usize,
  keys: usize,
  hops: usize,
  weights: usize,
  t: i32,
  line: usize,
  size: i32,
  factor: i32,
  alpha: i32
): i32 {
  let most = i32.MIN_VALUE
  let key = keys
  for (let j: usize = 0; j < <usize>t; j++) {
    let sum = i32x4.splat(0)
    for (let c = 0; c < size; c += 16) {
      const a = v128.load(q + c)
      const b = v128.load(key + c)
      sum = i32x4.add(
        sum,
        i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(a), i16x8.extend_low_i8x16_s(b))
      )
      sum = i32x4.add(
        sum,
        i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(a), i16x8.extend_high_i8x16_s(b))
      )
    }
    const logit = ((laneSum(sum) * factor) >> 10) - alpha * load<i32>(hops + (j << 2))
    store<i32>(weights + (j << 2), logit)
    if (logit > most) most = logit
    key += line
  }
  let total = 0
  for (let j: usize = 0; j < <usize>t; j++) {
    const below = most - load<i32>(weights + (j << 2))
    const halvings = below >> 8
    const weight =
      halvings > 12 ? 0 : load<i32>(EXP2_AT + ((<usize>(below & 255)) << 2)) >> halvings
    store<i32>(weights + (j << 2), weight)
    total += weight
  }
  return total
}
