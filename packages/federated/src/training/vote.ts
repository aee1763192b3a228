import type { Layout } from '../model/layout.ts'
import type { Example, Trainer } from './transformer.ts'

/** What a node says after local training: which weights should move, and which way. */
export interface Vote {
  /** Flat indices, rising. */
  readonly positions: Uint32Array
  /** +1 or −1 each. */
  readonly signs: Int8Array
}

export interface LocalTraining {
  readonly steps: number
  readonly rate: number
  /** Layers that may vote in this epoch; see {@link scheduledLayers}. */
  readonly layers: ReadonlySet<number>
  /** Share of their weights that a vote names, in thousandths. */
  readonly strongestPermille: number
}

/** What waits for its turn is held within ±4095. */
const MOST_SIZE = 4_095

/** The layers whose turn it is: an eighth of them, one at least, all once in a cycle. */
export function scheduledLayers({ shape }: Layout, epoch: number): Set<number> {
  const layers = shape.layers + 2
  const width = Math.max(1, Math.floor(layers / 8))
  const turns = Math.ceil(layers / width)
  const first = (epoch % turns) * width
  return new Set(Array.from({ length: width }, (_, i) => first + i).filter(layer => layer < layers))
}

/**
 * Trains on one's own examples from the agreed latents, and votes for the strongest changes. What a
 * vote leaves out stays in `residual` and counts next time (error feedback).
 *
 * @param latents - the agreed state, in the layout's flat order
 * @param residual - i32 a weight, changed in place; keep it between epochs, begin with 0
 * @param batches - one a step, over and over
 */
export function localVote(
  trainer: Trainer,
  latents: Int8Array,
  residual: Int32Array,
  batches: readonly (readonly Example[])[],
  { steps, rate, layers, strongestPermille }: LocalTraining
): Vote {
  trainer.load(latents)
  if (batches.length > 0) {
    for (let step = 0; step < steps; step++) trainer.learn(batches[step % batches.length]!, rate)
  }
  const moved = trainer.latents()
  for (let i = 0; i < moved.length; i++) {
    const sum = residual[i]! + moved[i]! - latents[i]!
    residual[i] = Math.max(-MOST_SIZE, Math.min(MOST_SIZE, sum))
  }
  const open = trainer.layout.tensors.filter(({ layer }) => layers.has(layer))
  const spans = open.map(({ first, rows, columns }) => [first, first + rows * columns] as const)
  const total = spans.reduce((sum, [from, to]) => sum + to - from, 0)
  return strongest(residual, spans, Math.floor((total * strongestPermille) / 1_000))
}

/**
 * The `most` greatest changes of the spans, lower positions first among equals; they leave `residual`,
 * whose entries are within ±4095.
 */
export function strongest(
  residual: Int32Array,
  spans: readonly (readonly [from: number, to: number])[],
  most: number
): Vote {
  const level = levelFor(residual, spans, most)
  const positions: number[] = []
  const signs: number[] = []
  let atLevel = most - level.above
  for (const [from, to] of spans) {
    for (let i = from; i < to; i++) {
      const size = Math.abs(residual[i]!)
      if (size === 0 || size < level.size) continue
      if (size === level.size && atLevel-- <= 0) continue
      positions.push(i)
      signs.push(Math.sign(residual[i]!))
      residual[i] = 0
    }
  }
  return { positions: Uint32Array.from(positions), signs: Int8Array.from(signs) }
}

/** The least size that is taken, and how many are larger: counted, not sorted. */
function levelFor(
  residual: Int32Array,
  spans: readonly (readonly [from: number, to: number])[],
  most: number
): { readonly size: number; readonly above: number } {
  const counts = new Int32Array(MOST_SIZE + 1)
  for (const [from, to] of spans) {
    for (let i = from; i < to; i++) {
      const size = Math.min(MOST_SIZE, Math.abs(residual[i]!))
      counts[size] = counts[size]! + 1
    }
  }
  let above = 0
  for (let size = MOST_SIZE; size > 0; size--) {
    if (above + counts[size]! > most) return { size, above }
    above += counts[size]!
  }
  return { size: 0, above }
}
