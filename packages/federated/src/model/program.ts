import { type Kernels, STEP } from '../kernels/kernels.ts'
import { roomFor, type Workspace } from '../kernels/workspace.ts'
import { HEAD_ROWS, type Layout, layoutOf, type Shape } from './layout.ts'
import { hopsBetween, MOST_TOKENS, type Tokens } from './tokens.ts'

/** Embeddings and the sums of layers are in 1/256. */
const ONE = 256
/** Two ternary rows of which a third is 0, brought to a variance of 1. */
export const EMBEDDING_UNIT = 222

/** Which of how many lanes run a program together, and how they wait for each other. */
export interface Lane {
  readonly index: number
  readonly count: number
  readonly barrier: () => void
}

export const ONE_LANE: Lane = { index: 0, count: 1, barrier: () => {} }

/** How much of a product with `k` columns is added to the residual: 1024 is all. */
export function residualFactor(k: number): number {
  return Math.round((1_024 * ONE) / (STEP * Math.sqrt((2 * k) / 3)))
}

/** What makes (q · k) of normalised heads the usual logit, in 1/256 powers of 2, times 1024. */
export function attentionFactor(size: number): number {
  return Math.round((1_024 * ONE * Math.LOG2E) / (STEP * STEP * Math.sqrt(size)))
}

/** What makes a product of the head a logit in 1/256 powers of 2, times 1024, before calibration. */
export function headFactor(width: number): number {
  return Math.round((1_024 * ONE * Math.LOG2E) / (STEP * Math.sqrt((2 * width) / 3)))
}

/** The first layer the prior acts in: it is for the last third. */
export function firstPriorLayer(layers: number): number {
  return layers - Math.ceil(layers / 3)
}

/** Writes the embeddings of tokens from..to into the residual: the sum of two rows of the image. */
function embed(
  space: Workspace,
  imageAt: number,
  hAt: number,
  ids: ArrayLike<number>,
  from: number,
  to: number,
  width: number
): void {
  const { i8, i32 } = space
  for (let token = from; token < to; token++) {
    const a = imageAt + (ids[2 * token]! * width) / 4
    const b = imageAt + (ids[2 * token + 1]! * width) / 4
    const h = hAt / 4 + token * width
    for (let i = 0; i < width; i++) {
      const at = (i >> 6) * 16 + (i & 15)
      const shift = ((i >> 4) & 3) * 2
      const sum = ((i8[a + at]! >> shift) & 3) + ((i8[b + at]! >> shift) & 3) - 2
      i32[h + i] = sum * EMBEDDING_UNIT
    }
  }
}

/** Bytes of workspace that a program takes. */
export function programBytes(shape: Shape, lanes = 1): number {
  const { weights, tensors } = layoutOf(shape)
  const { width, inner, heads } = shape
  const images = roomFor(weights / 4) + tensors.length * 64
  const rows =
    MOST_TOKENS * (14 * width + 5 * inner + 3 * heads * 4 + 4 * MOST_TOKENS + 4 * HEAD_ROWS)
  const scratch = lanes * (2 * Math.max(width, inner) + 8 * MOST_TOKENS)
  return images + rows + scratch + 64 * (32 + lanes) + 4 * shape.layers * heads
}

/**
 * Inference in integers over one workspace. Every lane builds the same program and runs it with the
 * others: each does its share of an operation, and a barrier stands after it.
 */
export class Program {
  readonly layout: Layout
  readonly #space: Workspace
  readonly #kernels: Kernels
  readonly #lane: Lane
  readonly #images: readonly number[]
  readonly #alphas: number
  readonly #at: {
    readonly ids: number
    readonly cells: number
    readonly h: number
    readonly y: number
    readonly a: number
    readonly f: number
    readonly roots: number
    readonly hops: number
    readonly scores: number
    readonly scratch: number
  }

  constructor(shape: Shape, space: Workspace, kernels: Kernels, lane: Lane = ONE_LANE) {
    this.layout = layoutOf(shape)
    this.#space = space
    this.#kernels = kernels
    this.#lane = lane
    this.#images = this.layout.tensors.map(({ rows, columns }) => space.take((rows * columns) / 4))
    const { width, inner, heads, layers } = shape
    this.#alphas = space.take(4 * layers * heads)
    const wide = Math.max(3 * width, inner)
    const take = (bytes: number): number => space.take(MOST_TOKENS * bytes)
    this.#at = {
      ids: take(8),
      cells: take(4),
      h: take(4 * width),
      y: take(4 * wide),
      a: take(wide),
      f: take(inner),
      roots: take(4 * 3 * heads),
      hops: take(4 * MOST_TOKENS),
      scores: take(4 * HEAD_ROWS),
      scratch: 0
    }
    const scratchBytes = 2 * Math.max(width, inner) + 8 * MOST_TOKENS
    const scratches = Array.from({ length: lane.count }, () => space.take(scratchBytes))
    this.#at = { ...this.#at, scratch: scratches[lane.index]! }
  }

  /**
   * Loads ternary weights.
   *
   * @param weights - int8 −1, 0, +1 in the layout's flat order
   * @param alphas - the prior's strength by layer and head in 1/256 powers of 2 a hop; none is 0
   */
  load(weights: Int8Array, alphas?: ArrayLike<number>): void {
    const { i8, i32 } = this.#space
    this.layout.tensors.forEach(({ first, rows, columns }, i) => {
      const image = this.#images[i]!
      for (let block = 0; block < (rows * columns) / 64; block++) {
        const from = first + block * 64
        for (let j = 0; j < 16; j++) {
          const low = (weights[from + j]! + 1) | ((weights[from + j + 16]! + 1) << 2)
          const high = (weights[from + j + 32]! + 1) | ((weights[from + j + 48]! + 1) << 2)
          i8[image + block * 16 + j] = low | (high << 4)
        }
      }
    })
    if (alphas !== undefined) i32.set(Array.from(alphas), this.#alphas / 4)
  }

  /** Writes tokens where all lanes read them; the first lane's part before {@link run}. */
  write({ count, ids, cells }: Tokens): void {
    this.#space.i32.set(ids, this.#at.ids / 4)
    this.#space.i32.set(cells, this.#at.cells / 4)
    const { i32 } = this.#space
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        i32[this.#at.hops / 4 + i * count + j] = hopsBetween(cells[i]!, cells[j]!)
      }
    }
  }

  /**
   * Runs over tokens that were written.
   *
   * @returns {@link HEAD_ROWS} scores a token, token by token; valid until the next run
   */
  run(count: number): Int32Array {
    const { width, inner, layers, heads } = this.layout.shape
    const rows = Math.ceil(count / 4) * 4
    const { index, barrier } = this.#lane
    const at = this.#at
    const ids = this.#space.i32.subarray(at.ids / 4)
    const [from, to] = this.#share(count, 1)
    embed(this.#space, this.#images[0]!, at.h, ids, from, to, width)
    barrier()
    for (let layer = 0; layer < layers; layer++) {
      const [attentionIn, attentionOut, innerIn, innerOut] = this.#images.slice(1 + 4 * layer)
      this.#normalise(at.h, at.a, rows, width, 0)
      this.#multiply(attentionIn!, at.a, rows, width, 3 * width)
      barrier()
      this.#normalise(at.y, at.a, rows * 3 * heads, width / heads, 0)
      this.#attend(count, layer)
      this.#normalise(at.y, at.a, rows, width, 0)
      this.#multiply(attentionOut!, at.a, rows, width, width)
      this.#add(rows, width, width)
      this.#normalise(at.h, at.a, rows, width, 0)
      this.#multiply(innerIn!, at.a, rows, width, inner)
      barrier()
      this.#normalise(at.y, at.f, rows, inner, 1)
      this.#multiply(innerOut!, at.f, rows, inner, width)
      this.#add(rows, width, inner)
    }
    this.#normalise(at.h, at.a, rows, width, 0)
    if (index === 0) {
      const image = this.#images.at(-1)!
      this.#kernels.gemm(image, at.a, at.scores, at.scratch, rows, 0, HEAD_ROWS, width, HEAD_ROWS)
    }
    barrier()
    return this.#space.i32.subarray(at.scores / 4, at.scores / 4 + count * HEAD_ROWS)
  }

  /** This lane's part of a count, in whole units. */
  #share(count: number, unit: number): [from: number, to: number] {
    const { index, count: lanes } = this.#lane
    const units = Math.ceil(count / unit)
    const part = (lane: number): number =>
      Math.min(count, Math.floor((units * lane) / lanes) * unit)
    return [part(index), index === lanes - 1 ? count : part(index + 1)]
  }

  #normalise(from: number, to: number, rows: number, width: number, relu: number): void {
    const [first, end] = this.#share(rows, 1)
    this.#kernels.normalise(from, to, this.#at.roots, first, end, width, relu)
    this.#lane.barrier()
  }

  #multiply(image: number, x: number, rows: number, k: number, n: number): void {
    const [from, to] = this.#share(n, 4)
    this.#kernels.gemm(image, x, this.#at.y, this.#at.scratch, rows, from, to, k, n)
  }

  /** To its own columns, so no lane waits in between. */
  #add(rows: number, width: number, k: number): void {
    const [from, to] = this.#share(width, 4)
    this.#kernels.addScaled(this.#at.h, this.#at.y, rows, from, to, width, residualFactor(k))
    this.#lane.barrier()
  }

  #attend(count: number, layer: number): void {
    const { width, heads } = this.layout.shape
    const size = width / heads
    const [from, to] = this.#share(heads, 1)
    const { a, y, hops, scratch } = this.#at
    const alphas = this.#alphas + 4 * layer * heads
    const factor = attentionFactor(size)
    this.#kernels.attend(a, y, hops, alphas, scratch, count, width, size, from, to, factor)
    this.#lane.barrier()
  }
}
