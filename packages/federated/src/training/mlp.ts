import type { Kernels } from '../kernels/kernels.ts'
import { Workspace } from '../kernels/workspace.ts'
import { initialLatents } from '../model/layout.ts'
import { headFactor } from '../model/program.ts'
import { choiceBackward, normaliseBackward } from './backward.ts'
import { matrixBytes, type Scratch, TernaryMatrix, takeScratch } from './matrix.ts'

/** Rows of a batch. */
export const MLP_BATCH = 64

/**
 * A ternary classifier of layers with ReLU between them, the public tasks' model. Inputs are int8,
 * sizes multiples of 64 (fill up with 0); classes beyond those that occur stay unused.
 */
export class Mlp {
  readonly matrices: readonly TernaryMatrix[]
  readonly #space: Workspace
  readonly #kernels: Kernels
  readonly #sizes: readonly number[]
  readonly #classes: number
  /** Per layer: its input, the roots of its normalisation. */
  readonly #inputs: readonly number[]
  readonly #roots: readonly number[]
  readonly #productAt: number
  readonly #upAt: number
  readonly #downAt: number

  /** @param sizes - of the input, the layers in between and the output */
  constructor(
    sizes: readonly number[],
    classes: number,
    seed: number,
    kernelsOf: (space: Workspace) => Kernels
  ) {
    const widest = Math.max(...sizes)
    const shapes = sizes.slice(1).map((rows, i) => [rows, sizes[i]!] as const)
    const weights = shapes.map(([rows, columns]) => matrixBytes(rows, columns))
    const largest = Math.max(...shapes.map(([rows, columns]) => rows * columns))
    const room = weights.reduce((sum, bytes) => sum + bytes, largest + 40 * MLP_BATCH * widest)
    this.#space = new Workspace(room + 8 * MLP_BATCH * widest * sizes.length)
    this.#kernels = kernelsOf(this.#space)
    this.#sizes = sizes
    this.#classes = classes
    const scratch: Scratch = takeScratch(this.#space, MLP_BATCH, widest, largest)
    this.matrices = shapes.map(
      ([rows, columns]) => new TernaryMatrix(rows, columns, this.#space, this.#kernels, scratch)
    )
    this.matrices.forEach((matrix, i) => {
      matrix.load(initialLatents(matrix.rows * matrix.columns, seed + i))
    })
    this.#inputs = sizes.map(size => this.#space.take(MLP_BATCH * size))
    this.#roots = sizes.map(() => this.#space.take(4 * MLP_BATCH))
    this.#productAt = this.#space.take(4 * MLP_BATCH * widest)
    this.#upAt = this.#space.take(4 * MLP_BATCH * widest)
    this.#downAt = this.#space.take(4 * MLP_BATCH * widest)
  }

  /**
   * Integer scores of {@link MLP_BATCH} inputs, one after the other.
   *
   * @param inputs - int8, as many as the first size each
   */
  scores(inputs: Int8Array): Int32Array {
    this.#space.i8.set(inputs, this.#inputs[0]!)
    const last = this.matrices.length - 1
    this.matrices.forEach((matrix, i) => {
      matrix.forward(this.#inputs[i]!, this.#productAt, MLP_BATCH)
      if (i === last) return
      const roots = this.#roots[i]!
      const width = matrix.rows
      const next = this.#inputs[i + 1]!
      this.#kernels.normalise(this.#productAt, next, roots, 0, MLP_BATCH, width, 1)
    })
    const at = this.#productAt / 4
    return this.#space.i32.subarray(at, at + MLP_BATCH * this.#sizes.at(-1)!)
  }

  /**
   * Learns from one batch.
   *
   * @param labels - the right class of each input
   * @param rate - Adam's step in units of a latent, which is in ±127
   * @returns how many were right before
   */
  learn(inputs: Int8Array, labels: ArrayLike<number>, rate: number): number {
    const scores = this.scores(inputs)
    const [outputs, { f32 }] = [this.#sizes.at(-1)!, this.#space]
    const factor = headFactor(this.#sizes.at(-2)!)
    f32.fill(0, this.#upAt / 4, this.#upAt / 4 + MLP_BATCH * outputs)
    let right = 0
    for (let row = 0; row < MLP_BATCH; row++) {
      const own = scores.subarray(row * outputs, row * outputs + this.#classes)
      if (best(own) === labels[row]) right++
      const { gradient } = choiceBackward(own, labels[row]!, factor)
      f32.set(gradient, this.#upAt / 4 + row * outputs)
    }
    for (let i = this.matrices.length - 1; i >= 0; i--) {
      const matrix = this.matrices[i]!
      const below = i === 0 ? undefined : this.#downAt
      matrix.backward(this.#upAt, this.#inputs[i]!, below, MLP_BATCH, 1)
      if (below !== undefined) {
        const how = { relu: true, add: false }
        const [unit, roots] = [this.#inputs[i]!, this.#roots[i - 1]!]
        const width = matrix.columns
        normaliseBackward(this.#space, unit, roots, below, this.#upAt, MLP_BATCH, width, how)
      }
      matrix.step(rate)
    }
    return right
  }
}

/** The index of the greatest, the first of equals. */
export function best(scores: ArrayLike<number>): number {
  let at = 0
  for (let i = 1; i < scores.length; i++) if (scores[i]! > scores[at]!) at = i
  return at
}
