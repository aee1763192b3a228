import { FederatedError } from '../errors.ts'
import { LATENT_THRESHOLD } from '../kernels/kernels.ts'

/** The size of a model. Widths are multiples of 64, a head's width of 16. */
export interface Shape {
  readonly name: string
  readonly vocabulary: number
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** Width of the feed-forward part. */
  readonly inner: number
}

/** The two tiers in service, and the small one that studies are made with. */
export const TIERS: {
  readonly study: Shape
  readonly s: Shape
  readonly l: Shape
} = {
  study: { name: 'study', vocabulary: 4_096, width: 128, layers: 3, heads: 4, inner: 512 },
  s: { name: 'S', vocabulary: 16_384, width: 512, layers: 4, heads: 8, inner: 2_048 },
  l: { name: 'L', vocabulary: 32_768, width: 768, layers: 10, heads: 12, inner: 3_072 }
}

/** Rows of the last tensor: one an action, the last one points at services. */
export const HEAD_ROWS = 64

/** What a tensor is for; merges ask for more participation in rows of an embedding. */
export type TensorKind = 'embedding' | 'hidden' | 'head'

/** One ternary matrix of a model. Weight (r, c) has the flat index first + r · columns + c. */
export interface Tensor {
  readonly name: string
  readonly kind: TensorKind
  /** Deltas rotate over layers: 0 the embedding, then the layers, then the head. */
  readonly layer: number
  readonly rows: number
  readonly columns: number
  readonly first: number
}

/**
 * The integer layout that inference, training and deltas share. A model's state is one flat list:
 * an int8 latent counter a weight, in the order of the tensors, and the ternary weights that follow
 * from it by {@link weightOf}. `packTernary` of the flat weights is what is stored and hashed.
 * There are no scales: activations are normalised, so constants of the shape take their place.
 */
export interface Layout {
  readonly shape: Shape
  readonly tensors: readonly Tensor[]
  /** Weights in all. */
  readonly weights: number
}

/**
 * Where each weight of a shape is.
 *
 * @throws FederatedError `bad-shape`
 */
export function layoutOf(shape: Shape): Layout {
  const { vocabulary, width, layers, heads, inner } = shape
  const even = [width, inner].every(size => size > 0 && size % 64 === 0)
  if (!even || width % (heads * 16) !== 0 || !(vocabulary > 0) || !(layers >= 0)) {
    throw new FederatedError('bad-shape', `${shape.name}: make widths multiples of 64`)
  }
  const tensors: Tensor[] = []
  let first = 0
  const add = (name: string, kind: TensorKind, layer: number, rows: number, columns: number) => {
    tensors.push({ name, kind, layer, rows, columns, first })
    first += rows * columns
  }
  add('embedding', 'embedding', 0, vocabulary, width)
  for (let layer = 0; layer < layers; layer++) {
    add(`${layer}.attention-in`, 'hidden', layer + 1, 3 * width, width)
    add(`${layer}.attention-out`, 'hidden', layer + 1, width, width)
    add(`${layer}.inner-in`, 'hidden', layer + 1, inner, width)
    add(`${layer}.inner-out`, 'hidden', layer + 1, width, inner)
  }
  add('head', 'head', layers + 1, HEAD_ROWS, width)
  return { shape, tensors, weights: first }
}

/** The ternary weight a latent counter stands for. */
export function weightOf(latent: number): -1 | 0 | 1 {
  if (latent >= LATENT_THRESHOLD) return 1
  return latent <= -LATENT_THRESHOLD ? -1 : 0
}

/** Latents all nodes start from: uniform in ±96, so that a third of the weights is 0. */
export function initialLatents(weights: number, seed: number): Int8Array {
  const latents = new Int8Array(weights)
  let state = seed | 0
  for (let i = 0; i < weights; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    latents[i] = ((state >>> 8) % 191) - 95
  }
  return latents
}
