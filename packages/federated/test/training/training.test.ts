import assert from 'node:assert/strict'
import { compiledKernels } from '../../src/kernels/compiled.ts'
import { portableKernels } from '../../src/kernels/portable.ts'
import { initialLatents, layoutOf, type Shape, weightOf } from '../../src/model/layout.ts'
import { Draw } from '../../src/training/draw.ts'
import { generate } from '../../src/training/generator.ts'
import { best, MLP_BATCH, Mlp } from '../../src/training/mlp.ts'
import { batchesOf, examplesOf, teach } from '../../src/training/study.ts'
import { Trainer } from '../../src/training/transformer.ts'
import { localVote, scheduledLayers, strongest } from '../../src/training/vote.ts'

const SMALL: Shape = { name: 'small', vocabulary: 256, width: 64, layers: 1, heads: 2, inner: 128 }
const OPTIONS = { batchTokens: 128, prior: true } as const
const layout = layoutOf(SMALL)
const start = initialLatents(layout.weights, 1)
const examples = examplesOf(generate({ seed: 1, count: 200, use: 'known' }), SMALL.vocabulary)
const batches = batchesOf(examples, OPTIONS.batchTokens, 1)

function trained(kernelsOf: typeof compiledKernels, steps: number): Trainer {
  const trainer = new Trainer(SMALL, OPTIONS, kernelsOf)
  trainer.load(start)
  for (let step = 0; step < steps; step++) trainer.learn(batches[step]!, 2)
  return trainer
}

describe('training', () => {
  it('gives the same latents compiled and portable', () => {
    const [a, b] = [compiledKernels, portableKernels].map(kernels => trained(kernels, 3))
    assert.deepEqual(a!.latents(), b!.latents())
    assert.notDeepEqual(a!.latents(), start)
    assert.deepEqual(a!.alphas, b!.alphas)
  })

  it('gives integers that stand for the weights it trained with', () => {
    const latents = trained(compiledKernels, 5).latents()
    const again = new Trainer(SMALL, OPTIONS, compiledKernels)
    again.load(latents)
    assert.deepEqual(again.latents().map(weightOf), latents.map(weightOf))
  })

  it('leaves the prior at 0 unless it learns', () => {
    const trainer = new Trainer(SMALL, { ...OPTIONS, prior: false }, compiledKernels)
    trainer.load(start)
    trainer.learn(batches[0]!, 2)
    assert.ok(trainer.alphas.every(alpha => alpha === 0))
    assert.ok(trained(compiledKernels, 1).alphas.some(alpha => alpha !== 0))
  })

  it('learns what it is shown', () => {
    const trainer = new Trainer(SMALL, OPTIONS, compiledKernels)
    trainer.load(start)
    teach(trainer, examples, { passes: 12, rate: 2, seed: 3, batchTokens: OPTIONS.batchTokens })
    const right = batches.reduce((sum, batch) => sum + trainer.learn(batch, 0), 0)
    assert.ok(right >= 190, `${right} of 200`)
  })
})

describe('a classifier of the public tasks', () => {
  it('learns to tell stripes apart', () => {
    const mlp = new Mlp([64, 64, 64], 4, 1, compiledKernels)
    const draw = new Draw(2)
    const batch = (): { inputs: Int8Array; labels: number[] } => {
      const labels = Array.from({ length: MLP_BATCH }, () => draw.below(4))
      const bit = (i: number): number => (draw.chance(80) ? i : draw.below(4))
      const inputs = Int8Array.from({ length: 64 * MLP_BATCH }, (_, i) =>
        i % 4 === bit(labels[i >> 6]!) ? 100 : 0
      )
      return { inputs, labels }
    }
    for (let step = 0; step < 60; step++) {
      const { inputs, labels } = batch()
      mlp.learn(inputs, labels, 2)
    }
    const { inputs, labels } = batch()
    const scores = mlp.scores(inputs)
    const right = labels.filter((label, i) => best(scores.slice(i * 64, i * 64 + 4)) === label)
    assert.ok(right.length >= 62, `${right.length} of 64`)
  })
})

describe('a vote', () => {
  it('takes the strongest changes once, and leaves the rest for the next', () => {
    const residual = Int32Array.of(5, -9, 0, 9, 1, 7, -9)
    const spans = [[0, 7]] as const
    assert.deepEqual(strongest(residual, spans, 2), {
      positions: Uint32Array.of(1, 3),
      signs: Int8Array.of(-1, 1)
    })
    assert.deepEqual(residual, Int32Array.of(5, 0, 0, 0, 1, 7, -9))
    assert.deepEqual(strongest(residual, spans, 9).positions, Uint32Array.of(0, 4, 5, 6))
    assert.equal(strongest(residual, spans, 9).positions.length, 0)
  })

  it('names only the layers whose turn it is, and no more than its share', () => {
    const layers = new Set([1])
    const residual = new Int32Array(layout.weights)
    const local = { steps: 5, rate: 2, layers, strongestPermille: 50 }
    const trainer = new Trainer(SMALL, OPTIONS, compiledKernels)
    const { positions } = localVote(trainer, start, residual, batches, local)
    const open = layout.tensors.filter(({ layer }) => layer === 1)
    const weights = open.reduce((sum, { rows, columns }) => sum + rows * columns, 0)
    assert.equal(positions.length, Math.floor(weights / 20))
    const [from, to] = [open[0]!.first, open[0]!.first + weights]
    assert.ok(positions.every(position => position >= from && position < to))
    assert.ok(residual.subarray(0, from).some(value => value !== 0))
  })

  it('is the same for the same examples', () => {
    const vote = (): unknown => {
      const local = { steps: 4, rate: 2, layers: new Set([1, 2]), strongestPermille: 50 }
      const trainer = new Trainer(SMALL, OPTIONS, compiledKernels)
      return localVote(trainer, start, new Int32Array(layout.weights), batches, local)
    }
    assert.deepEqual(vote(), vote())
  })

  it('lets each layer have its turn in a cycle', () => {
    const turns = Array.from({ length: 12 }, (_, epoch) => [
      ...scheduledLayers({ ...layout, shape: { ...SMALL, layers: 10 } }, epoch)
    ])
    assert.deepEqual(turns.flat(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })
})
