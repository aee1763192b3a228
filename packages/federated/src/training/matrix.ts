import { type Kernels, LATENT_MOST } from '../kernels/kernels.ts'
import type { Workspace } from '../kernels/workspace.ts'
import { weightOf } from '../model/layout.ts'

/** Decay of Adam's means, and what keeps it from dividing by 0. */
export const ADAM = { keep: 0.9, keepSpread: 0.99, tiny: 1e-9 } as const

const MOST_I16 = 32_000

/** Scratch that the matrices of one trainer share. */
export interface Scratch {
  readonly productAt: number
  readonly i16At: number
  readonly highAt: number
  readonly lowAt: number
  readonly sumsAt: number
  readonly outerAt: number
  readonly turnedAt: number
}

/**
 * @param rows - of one batch at most
 * @param widest - of any matrix
 * @param largest - weights of any matrix
 */
export function takeScratch(
  space: Workspace,
  rows: number,
  widest: number,
  largest: number
): Scratch {
  return {
    productAt: space.take(4 * rows * widest),
    i16At: space.take(2 * rows * widest),
    highAt: space.take(rows * widest),
    lowAt: space.take(rows * widest),
    sumsAt: space.take(4 * rows * widest),
    outerAt: space.take(4 * rows * widest),
    turnedAt: space.take(largest)
  }
}

/** Bytes a matrix takes of its workspace. */
export function matrixBytes(rows: number, columns: number): number {
  return rows * columns * 18 + 512
}

/**
 * A ternary matrix in training: f32 latents behind ternary weights, and a straight-through gradient.
 * All products are exact integers: activations are int8, gradients are rounded to 16 bits and go
 * through the ternary kernel in two halves. So training repeats bit for bit.
 */
export class TernaryMatrix {
  readonly rows: number
  readonly columns: number
  readonly latentAt: number
  readonly weightsAt: number
  readonly #space: Workspace
  readonly #kernels: Kernels
  readonly #scratch: Scratch
  readonly #imageAt: number
  readonly #turnedAt: number
  readonly #gradientAt: number
  readonly #meanAt: number
  readonly #spreadAt: number

  constructor(rows: number, columns: number, space: Workspace, kernels: Kernels, scratch: Scratch) {
    this.rows = rows
    this.columns = columns
    this.#space = space
    this.#kernels = kernels
    this.#scratch = scratch
    const count = rows * columns
    this.latentAt = space.take(4 * count)
    this.weightsAt = space.take(count)
    this.#imageAt = space.take(count / 4)
    this.#turnedAt = space.take(count / 4)
    this.#gradientAt = space.take(4 * count)
    this.#meanAt = space.take(4 * count)
    this.#spreadAt = space.take(4 * count)
  }

  /** Takes integer latents over, and forgets the optimiser's past. */
  load(latents: ArrayLike<number>): void {
    const count = this.rows * this.columns
    const { f32, i8 } = this.#space
    f32.set(latents, this.latentAt / 4)
    for (let i = 0; i < count; i++) i8[this.weightsAt + i] = weightOf(latents[i]!)
    f32.fill(0, this.#meanAt / 4, this.#meanAt / 4 + count)
    f32.fill(0, this.#spreadAt / 4, this.#spreadAt / 4 + count)
    this.#pack()
  }

  /** y = x · Wᵀ for m rows, a multiple of 4. */
  forward(xAt: number, yAt: number, m: number): void {
    const { rows, columns } = this
    this.#kernels.gemm(this.#imageAt, xAt, yAt, this.#scratch.sumsAt, m, 0, rows, columns, rows)
  }

  /**
   * The weights' gradient, and that of x unless `dxAt` is undefined.
   *
   * @param scale - what stands between the product and what `dyAt` is the gradient of
   */
  backward(dyAt: number, xAt: number, dxAt: number | undefined, m: number, scale: number): void {
    const { rows, columns } = this
    const { i16At, outerAt } = this.#scratch
    const unit = this.#round(dyAt, m * rows, m) * scale
    this.#kernels.outer(i16At, xAt, this.#gradientAt, outerAt, m, rows, columns, unit)
    if (dxAt !== undefined) this.#backToInput(dxAt, m, unit)
  }

  /** One step of Adam. */
  step(rate: number): void {
    const { keep, keepSpread, tiny } = ADAM
    this.#kernels.adam(
      this.latentAt,
      this.weightsAt,
      this.#gradientAt,
      this.#meanAt,
      this.#spreadAt,
      this.rows * this.columns,
      rate,
      keep,
      keepSpread,
      tiny
    )
    this.#pack()
  }

  /** The latents as the integers that leave a trainer. */
  latents(): Int8Array {
    const at = this.latentAt / 4
    return integerLatents(this.#space.f32.subarray(at, at + this.rows * this.columns))
  }

  /** dy as i16 and in two bytes; returns the value of 1. */
  #round(dyAt: number, count: number, m: number): number {
    const { i8, i16, f32 } = this.#space
    const { i16At, highAt, lowAt } = this.#scratch
    const dy = f32.subarray(dyAt / 4, dyAt / 4 + count)
    let most = 0
    for (let i = 0; i < count; i++) {
      const size = Math.abs(dy[i]!)
      if (size > most) most = size
    }
    if (most === 0) most = 1
    const levels = Math.min(MOST_I16, Math.floor(2 ** 31 / (128 * m)))
    const factor = levels / most
    for (let i = 0; i < count; i++) {
      const value = Math.floor(dy[i]! * factor + 0.5)
      const high = (value + 128) >> 8
      i16[i16At / 2 + i] = value
      i8[highAt + i] = high
      i8[lowAt + i] = value - high * 256
    }
    return most / levels
  }

  #backToInput(dxAt: number, m: number, unit: number): void {
    const { rows, columns } = this
    const { highAt, lowAt, productAt, sumsAt } = this.#scratch
    const { i32, f32 } = this.#space
    const into = (xAt: number, yAt: number): void =>
      this.#kernels.gemm(this.#turnedAt, xAt, yAt, sumsAt, m, 0, columns, rows, columns)
    into(highAt, productAt)
    into(lowAt, dxAt)
    for (let i = 0; i < m * columns; i++) {
      f32[dxAt / 4 + i] = (i32[productAt / 4 + i]! * 256 + i32[dxAt / 4 + i]!) * unit
    }
  }

  #pack(): void {
    const { rows, columns } = this
    const { turnedAt } = this.#scratch
    this.#kernels.pack(this.weightsAt, this.#imageAt, rows, columns)
    this.#kernels.transpose(this.weightsAt, turnedAt, rows, columns)
    this.#kernels.pack(turnedAt, this.#turnedAt, columns, rows)
  }
}

/** f32 latents rounded so that each stands for the same weight as before. */
export function integerLatents(latents: Float32Array): Int8Array {
  // Towards 0, so that nothing below the threshold reaches it.
  return Int8Array.from(latents, latent =>
    Math.max(-LATENT_MOST, Math.min(LATENT_MOST, Math.trunc(latent)))
  )
}
