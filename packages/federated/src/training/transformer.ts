import type { Kernels } from '../kernels/kernels.ts'
import { Workspace } from '../kernels/workspace.ts'
import { HEAD_ROWS, type Layout, layoutOf, type Shape, weightOf } from '../model/layout.ts'
import { PROPOSALS } from '../model/observation.ts'
import {
  attentionFactor,
  EMBEDDING_UNIT,
  firstPriorLayer,
  headFactor,
  residualFactor
} from '../model/program.ts'
import { hopsBetween, type Tokens } from '../model/tokens.ts'
import { attendBackward, choiceBackward, normaliseBackward } from './backward.ts'
import { ADAM, integerLatents, matrixBytes, TernaryMatrix, takeScratch } from './matrix.ts'
import { best } from './mlp.ts'

/** What a model learns from: tokens and what was right. */
export interface Example {
  readonly tokens: Tokens
  /** Index into the proposals. */
  readonly action: number
  /** Index of the service. */
  readonly target: number
}

export interface TrainerOptions {
  /** Tokens of one batch at most, a multiple of 4. */
  readonly batchTokens: number
  /** Whether the prior's strengths learn; they start at 0. */
  readonly prior: boolean
}

/** So much of the loss is the target's; the action's is all. */
const TARGET_PERCENT = 50
/** The prior's strength moves so much faster than a latent. */
const ALPHA_RATE = 4

interface LayerPlaces {
  readonly a: number
  readonly aRoots: number
  readonly qkv: number
  readonly qkvRoots: number
  readonly o: number
  readonly oRoots: number
  readonly b: number
  readonly bRoots: number
  readonly f: number
  readonly fRoots: number
}

/**
 * Trains a model of a shape. The forward pass is inference itself, in integers; the backward pass
 * takes every rounding for the identity. The same latents and examples give the same result.
 */
export class Trainer {
  readonly layout: Layout
  /** The prior's strength by layer and head in 1/256 powers of 2 a hop. */
  readonly alphas: Float64Array
  readonly #options: TrainerOptions
  readonly #space: Workspace
  readonly #kernels: Kernels
  readonly #matrices: readonly TernaryMatrix[]
  readonly #layers: readonly LayerPlaces[]
  readonly #embedding: {
    readonly latent: number
    readonly weights: number
    readonly gradient: number
    readonly mean: number
    readonly spread: number
  }
  readonly #at: {
    readonly h: number
    readonly y: number
    readonly end: number
    readonly endRoots: number
    readonly hops: number
    readonly alphas: number
    readonly dh: number
    readonly up: number
    readonly down: number
    readonly scratch: number
  }
  readonly #alphaMeans: Float64Array
  readonly #alphaSpreads: Float64Array

  constructor(shape: Shape, options: TrainerOptions, kernelsOf: (space: Workspace) => Kernels) {
    this.layout = layoutOf(shape)
    this.#options = options
    const { width, inner, heads, layers, vocabulary } = shape
    const rows = options.batchTokens
    const widest = Math.max(3 * width, inner, HEAD_ROWS)
    const hidden = this.layout.tensors.slice(1)
    const largest = Math.max(...hidden.map(tensor => tensor.rows * tensor.columns))
    const kept = layers * (8 * width + inner + 4 * (3 * heads + 3)) + 14 * width + 16 * widest
    const weights = hidden.map(tensor => matrixBytes(tensor.rows, tensor.columns))
    const room = weights.reduce((sum, bytes) => sum + bytes, largest)
    const embedding = vocabulary * width * 17
    this.#space = new Workspace(room + embedding + rows * (kept + 20 * widest) + 2 ** 17)
    this.#kernels = kernelsOf(this.#space)
    const take = (bytes: number): number => this.#space.take(bytes)
    const scratch = takeScratch(this.#space, rows, widest, largest)
    this.#matrices = hidden.map(
      tensor => new TernaryMatrix(tensor.rows, tensor.columns, this.#space, this.#kernels, scratch)
    )
    const count = vocabulary * width
    this.#embedding = {
      latent: take(4 * count),
      weights: take(count),
      gradient: take(4 * count),
      mean: take(4 * count),
      spread: take(4 * count)
    }
    this.#layers = Array.from({ length: layers }, () => ({
      a: take(rows * width),
      aRoots: take(4 * rows),
      qkv: take(rows * 3 * width),
      qkvRoots: take(4 * rows * 3 * heads),
      o: take(rows * width),
      oRoots: take(4 * rows),
      b: take(rows * width),
      bRoots: take(4 * rows),
      f: take(rows * inner),
      fRoots: take(4 * rows)
    }))
    this.#at = {
      h: take(4 * rows * width),
      y: take(4 * rows * widest),
      end: take(rows * width),
      endRoots: take(4 * rows),
      hops: take(4 * 64 * 64),
      alphas: take(4 * heads),
      dh: take(4 * rows * width),
      up: take(4 * rows * widest),
      down: take(4 * rows * widest),
      scratch: take(4 * 64)
    }
    this.alphas = new Float64Array(layers * heads)
    this.#alphaMeans = new Float64Array(layers * heads)
    this.#alphaSpreads = new Float64Array(layers * heads)
  }

  /** Takes over a model's latents in the layout's flat order, and forgets the optimiser's past. */
  load(latents: Int8Array): void {
    const [embedding, ...hidden] = this.layout.tensors
    const count = embedding!.rows * embedding!.columns
    const { f32, i8 } = this.#space
    f32.set(latents.subarray(0, count), this.#embedding.latent / 4)
    for (let i = 0; i < count; i++) i8[this.#embedding.weights + i] = weightOf(latents[i]!)
    for (const place of ['gradient', 'mean', 'spread'] as const) {
      const at = this.#embedding[place] / 4
      f32.fill(0, at, at + count)
    }
    hidden.forEach(({ first, rows, columns }, i) => {
      this.#matrices[i]!.load(latents.subarray(first, first + rows * columns))
    })
  }

  /** The latents as integers in the layout's flat order: what leaves the trainer. */
  latents(): Int8Array {
    const latents = new Int8Array(this.layout.weights)
    const { rows, columns } = this.layout.tensors[0]!
    const at = this.#embedding.latent / 4
    latents.set(integerLatents(this.#space.f32.subarray(at, at + rows * columns)))
    this.#matrices.forEach((matrix, i) => {
      latents.set(matrix.latents(), this.layout.tensors[i + 1]!.first)
    })
    return latents
  }

  /**
   * Learns from one batch.
   *
   * @param rate - Adam's step in units of a latent, which is in ±127
   * @returns how many actions were right before
   */
  learn(examples: readonly Example[], rate: number): number {
    const starts = this.#starts(examples)
    const rows = Math.ceil(starts.at(-1)! / 4) * 4
    this.#forward(examples, starts, rows)
    const right = this.#choices(examples, starts, rows)
    const alphaGradient = new Float64Array(this.alphas.length)
    this.#backward(examples, starts, rows, alphaGradient)
    this.#stepEmbedding(examples, starts, rate)
    for (const matrix of this.#matrices) matrix.step(rate)
    if (this.#options.prior) this.#stepAlphas(alphaGradient, rate)
    return right
  }

  #starts(examples: readonly Example[]): number[] {
    const starts = [0]
    for (const { tokens } of examples) starts.push(starts.at(-1)! + tokens.count)
    if (starts.at(-1)! > this.#options.batchTokens) throw new RangeError('the batch is too long')
    return starts
  }

  #forward(examples: readonly Example[], starts: readonly number[], rows: number): void {
    const { width, inner, heads, layers } = this.layout.shape
    const { h, y, end, endRoots } = this.#at
    const kernels = this.#kernels
    this.#embed(examples, starts, rows)
    for (let layer = 0; layer < layers; layer++) {
      const [attentionIn, attentionOut, innerIn, innerOut] = this.#of(layer)
      const at = this.#layers[layer]!
      kernels.normalise(h, at.a, at.aRoots, 0, rows, width, 0)
      attentionIn.forward(at.a, y, rows)
      kernels.normalise(y, at.qkv, at.qkvRoots, 0, rows * 3 * heads, width / heads, 0)
      this.#attend(examples, starts, layer)
      kernels.normalise(y, at.o, at.oRoots, 0, rows, width, 0)
      attentionOut.forward(at.o, y, rows)
      kernels.addScaled(h, y, rows, 0, width, width, residualFactor(width))
      kernels.normalise(h, at.b, at.bRoots, 0, rows, width, 0)
      innerIn.forward(at.b, y, rows)
      kernels.normalise(y, at.f, at.fRoots, 0, rows, inner, 1)
      innerOut.forward(at.f, y, rows)
      kernels.addScaled(h, y, rows, 0, width, width, residualFactor(inner))
    }
    kernels.normalise(h, end, endRoots, 0, rows, width, 0)
    this.#matrices.at(-1)!.forward(end, y, rows)
  }

  #of(layer: number): [TernaryMatrix, TernaryMatrix, TernaryMatrix, TernaryMatrix] {
    const [a, b, c, d] = this.#matrices.slice(4 * layer, 4 * layer + 4)
    return [a!, b!, c!, d!]
  }

  #embed(examples: readonly Example[], starts: readonly number[], rows: number): void {
    const { width } = this.layout.shape
    const { i8, i32 } = this.#space
    const h = this.#at.h / 4
    i32.fill(0, h, h + rows * width)
    examples.forEach(({ tokens }, s) => {
      for (let t = 0; t < tokens.count; t++) {
        const a = this.#embedding.weights + tokens.ids[2 * t]! * width
        const b = this.#embedding.weights + tokens.ids[2 * t + 1]! * width
        const to = h + (starts[s]! + t) * width
        for (let i = 0; i < width; i++) i32[to + i] = (i8[a + i]! + i8[b + i]!) * EMBEDDING_UNIT
      }
    })
  }

  #attend(examples: readonly Example[], starts: readonly number[], layer: number): void {
    const { width, heads } = this.layout.shape
    const { y, hops, alphas, scratch } = this.#at
    const { i32 } = this.#space
    const size = width / heads
    for (let head = 0; head < heads; head++) i32[alphas / 4 + head] = this.#alpha(layer, head)
    examples.forEach(({ tokens }, s) => {
      if (this.#options.prior) i32.set(hopsOf(tokens), hops / 4)
      const qkv = this.#layers[layer]!.qkv + starts[s]! * 3 * width
      const out = y + 4 * starts[s]! * width
      const factor = attentionFactor(size)
      this.#kernels.attend(
        qkv,
        out,
        hops,
        alphas,
        scratch,
        tokens.count,
        width,
        size,
        0,
        heads,
        factor
      )
    })
  }

  #alpha(layer: number, head: number): number {
    return Math.round(this.alphas[layer * this.layout.shape.heads + head]!)
  }

  /** Gradients of the scores, in the f32 place `up`. */
  #choices(examples: readonly Example[], starts: readonly number[], rows: number): number {
    const { i32, f32 } = this.#space
    const [scores, up] = [this.#at.y / 4, this.#at.up / 4]
    const factor = headFactor(this.layout.shape.width)
    f32.fill(0, up, up + rows * HEAD_ROWS)
    let right = 0
    examples.forEach(({ tokens, action, target }, s) => {
      const at = starts[s]! * HEAD_ROWS
      const own = i32.subarray(scores + at, scores + at + PROPOSALS.length)
      if (best(own) === action) right++
      f32.set(choiceBackward(own, action, factor).gradient, up + at)
      const pointer = (service: number): number => at + (service + 2) * HEAD_ROWS - 1
      const services = Array.from({ length: tokens.services }, (_, i) => i32[scores + pointer(i)]!)
      const { gradient } = choiceBackward(services, target, factor)
      gradient.forEach((value, service) => {
        f32[up + pointer(service)] = (value * TARGET_PERCENT) / 100
      })
    })
    return right
  }

  #backward(
    examples: readonly Example[],
    starts: readonly number[],
    rows: number,
    alphaGradient: Float64Array
  ): void {
    const { width, inner, heads, layers } = this.layout.shape
    const space = this.#space
    const { dh, up, down, end, endRoots } = this.#at
    const replace = { relu: false, add: false }
    this.#matrices.at(-1)!.backward(up, end, down, rows, 1)
    normaliseBackward(space, end, endRoots, down, dh, rows, width, replace)
    for (let layer = layers - 1; layer >= 0; layer--) {
      const [attentionIn, attentionOut, innerIn, innerOut] = this.#of(layer)
      const at = this.#layers[layer]!
      this.#scaled(rows * width, residualFactor(inner))
      innerOut.backward(up, at.f, down, rows, 1)
      normaliseBackward(space, at.f, at.fRoots, down, up, rows, inner, { relu: true, add: false })
      innerIn.backward(up, at.b, down, rows, 1)
      normaliseBackward(space, at.b, at.bRoots, down, dh, rows, width, { relu: false, add: true })
      this.#scaled(rows * width, residualFactor(width))
      attentionOut.backward(up, at.o, down, rows, 1)
      normaliseBackward(space, at.o, at.oRoots, down, up, rows, width, replace)
      this.#attendBackward(examples, starts, layer, rows, alphaGradient)
      const slices = rows * 3 * heads
      normaliseBackward(space, at.qkv, at.qkvRoots, down, up, slices, width / heads, replace)
      attentionIn.backward(up, at.a, down, rows, 1)
      normaliseBackward(space, at.a, at.aRoots, down, dh, rows, width, { relu: false, add: true })
    }
  }

  /** The residual's gradient as a product's: times what the product was added with. */
  #scaled(count: number, factor: number): void {
    const { f32 } = this.#space
    const [dh, up] = [this.#at.dh / 4, this.#at.up / 4]
    for (let i = 0; i < count; i++) f32[up + i] = (f32[dh + i]! * factor) / 1_024
  }

  #attendBackward(
    examples: readonly Example[],
    starts: readonly number[],
    layer: number,
    rows: number,
    alphaGradient: Float64Array
  ): void {
    const { width, heads, layers } = this.layout.shape
    const { up, down } = this.#at
    const size = width / heads
    this.#space.f32.fill(0, down / 4, down / 4 + rows * 3 * width)
    const counts = this.#options.prior && layer >= firstPriorLayer(layers)
    examples.forEach(({ tokens }, s) => {
      const hops = hopsOf(tokens)
      for (let head = 0; head < heads; head++) {
        const d = attendBackward(this.#space, {
          qkvAt: this.#layers[layer]!.qkv + starts[s]! * 3 * width,
          gradientAt: down + 4 * starts[s]! * 3 * width,
          outAt: up + 4 * starts[s]! * width,
          tokens: tokens.count,
          width,
          size,
          head,
          factor: attentionFactor(size),
          alpha: this.#alpha(layer, head),
          hops
        })
        const at = layer * heads + head
        if (counts) alphaGradient[at] = alphaGradient[at]! + d
      }
    })
  }

  /** Only the rows that occurred: the others have no gradient. */
  #stepEmbedding(examples: readonly Example[], starts: readonly number[], rate: number): void {
    const { width } = this.layout.shape
    const { f32 } = this.#space
    const { latent, weights, gradient, mean, spread } = this.#embedding
    const touched = new Set<number>()
    examples.forEach(({ tokens }, s) => {
      tokens.ids.forEach((id, i) => {
        touched.add(id)
        const from = this.#at.dh / 4 + (starts[s]! + (i >> 1)) * width
        const to = gradient / 4 + id * width
        for (let c = 0; c < width; c++) f32[to + c] = f32[to + c]! + f32[from + c]! * EMBEDDING_UNIT
      })
    })
    const { keep, keepSpread, tiny } = ADAM
    for (const id of touched) {
      const [floats, bytes] = [4 * id * width, id * width]
      this.#kernels.adam(
        latent + floats,
        weights + bytes,
        gradient + floats,
        mean + floats,
        spread + floats,
        width,
        rate,
        keep,
        keepSpread,
        tiny
      )
      f32.fill(0, (gradient + floats) / 4, (gradient + floats) / 4 + width)
    }
  }

  #stepAlphas(gradient: Float64Array, rate: number): void {
    const { keep, keepSpread, tiny } = ADAM
    gradient.forEach((g, i) => {
      const mean = keep * this.#alphaMeans[i]! + (1 - keep) * g
      const spread = keepSpread * this.#alphaSpreads[i]! + (1 - keepSpread) * g * g
      this.#alphaMeans[i] = mean
      this.#alphaSpreads[i] = spread
      this.alphas[i] = this.alphas[i]! - (ALPHA_RATE * rate * mean) / (Math.sqrt(spread) + tiny)
    })
  }
}

function hopsOf({ count, cells }: Tokens): Int32Array {
  const hops = new Int32Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) hops[i * count + j] = hopsBetween(cells[i]!, cells[j]!)
  }
  return hops
}
