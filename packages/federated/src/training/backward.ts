import { STEP } from '../kernels/kernels.ts'
import { weigh } from '../kernels/portable.ts'
import type { Workspace } from '../kernels/workspace.ts'

/** Natural logarithm units in one unit of a logit: 1/256 powers of 2. */
export const LOGIT_UNIT: number = Math.LN2 / 256

/**
 * The gradient before a normalisation, from the one after it. Roundings and cuts count as the
 * identity (straight-through).
 *
 * @param unitAt - int8 rows the forward pass normalised
 * @param add - whether to add to what stands at `toAt` (a residual) or to replace it
 */
export function normaliseBackward(
  { i8, i32, f32 }: Workspace,
  unitAt: number,
  rootsAt: number,
  fromAt: number,
  toAt: number,
  rows: number,
  width: number,
  how: { readonly relu: boolean; readonly add: boolean }
): void {
  for (let row = 0; row < rows; row++) {
    const u = unitAt + row * width
    const g = fromAt / 4 + row * width
    const to = toAt / 4 + row * width
    let along = 0
    for (let i = 0; i < width; i++) along += i8[u + i]! * f32[g + i]!
    const lean = along / (width * STEP * STEP)
    const scale = STEP / i32[rootsAt / 4 + row]!
    for (let i = 0; i < width; i++) {
      const unit = i8[u + i]!
      const d = how.relu && unit <= 0 ? 0 : scale * (f32[g + i]! - unit * lean)
      f32[to + i] = how.add ? f32[to + i]! + d : d
    }
  }
}

/** What one head's attention over one sample was, for its gradient. */
export interface AttentionInput {
  /** int8, the sample's first row; rows are 3 · width apart. */
  readonly qkvAt: number
  /** f32, like qkv. */
  readonly gradientAt: number
  /** f32 gradient of the output, rows `width` apart. */
  readonly outAt: number
  readonly tokens: number
  readonly width: number
  readonly size: number
  readonly head: number
  readonly factor: number
  readonly alpha: number
  /** tokens × tokens. */
  readonly hops: Int32Array
}

/**
 * Adds the gradient of q, k and v of one head.
 *
 * @returns the gradient of alpha
 */
export function attendBackward(
  { i8, f32 }: Workspace,
  { qkvAt, gradientAt, outAt, tokens, width, size, head, factor, alpha, hops }: AttentionInput
): number {
  const line = 3 * width
  const q0 = qkvAt + head * size
  const g0 = gradientAt / 4 + head * size
  const shares = new Int32Array(tokens)
  const dp = new Float64Array(tokens)
  const unit = (LOGIT_UNIT * factor) / 1_024
  let dAlpha = 0
  for (let i = 0; i < tokens; i++) {
    for (let j = 0; j < tokens; j++) {
      let sum = 0
      for (let c = 0; c < size; c++) sum += i8[q0 + i * line + c]! * i8[q0 + width + j * line + c]!
      shares[j] = (Math.imul(sum, factor) >> 10) - alpha * hops[i * tokens + j]!
    }
    const total = weigh(shares)
    const out = outAt / 4 + i * width + head * size
    let mean = 0
    for (let j = 0; j < tokens; j++) {
      const share = shares[j]! / total
      const v = 2 * width + j * line
      let sum = 0
      for (let c = 0; c < size; c++) {
        const d = f32[out + c]! * 4_096
        sum += d * i8[q0 + v + c]!
        f32[g0 + v + c] = f32[g0 + v + c]! + share * d
      }
      dp[j] = sum
      mean += share * sum
    }
    for (let j = 0; j < tokens; j++) {
      const ds = (shares[j]! / total) * (dp[j]! - mean)
      dAlpha -= ds * LOGIT_UNIT * hops[i * tokens + j]!
      const k = width + j * line
      for (let c = 0; c < size; c++) {
        f32[g0 + i * line + c] = f32[g0 + i * line + c]! + ds * unit * i8[q0 + k + c]!
        f32[g0 + k + c] = f32[g0 + k + c]! + ds * unit * i8[q0 + i * line + c]!
      }
    }
  }
  return dAlpha
}

/**
 * Cross-entropy of integer scores.
 *
 * @param factor - makes a score a logit in 1/256 powers of 2, times 1024
 * @returns the gradient of each score, and the share of the right class
 */
export function choiceBackward(
  scores: ArrayLike<number>,
  right: number,
  factor: number
): { readonly gradient: Float64Array; readonly share: number } {
  const weights = Int32Array.from(scores, score => Math.floor((score * factor) / 1_024))
  const total = weigh(weights)
  const unit = (LOGIT_UNIT * factor) / 1_024
  const gradient = Float64Array.from(
    weights,
    (weight, i) => (weight / total - (i === right ? 1 : 0)) * unit
  )
  return { gradient, share: weights[right]! / total }
}
