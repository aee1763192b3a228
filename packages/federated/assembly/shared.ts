/*
 * The kernels in AssemblyScript. All arguments are byte offsets into one shared memory, counts are
 * in elements, matrices are row-major. src/kernels/portable.ts does bit for bit the same.
 *
 * A ternary row's image is 2-bit codes w + 1 in blocks of 64 weights, 16 bytes each: byte j holds
 * weights j, j + 16, j + 32 and j + 48, the first in the lowest bits. Codes 0..2 are far from the
 * limits of the relaxed dot product (7 bits), so its result is the same on every engine, and an
 * i16 lane holds 64 sums of two products of at most 128 · 2.
 */

export function laneSum(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) +
    i32x4.extract_lane(v, 1) +
    i32x4.extract_lane(v, 2) +
    i32x4.extract_lane(v, 3)
  )
}

export function widen(sum: v128, run: v128): v128 {
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_s(run))
}
