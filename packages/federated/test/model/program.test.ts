import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { compiledKernels } from '../../src/kernels/compiled.ts'
import { portableKernels } from '../../src/kernels/portable.ts'
import { Workspace } from '../../src/kernels/workspace.ts'
import { openLanes } from '../../src/model/lanes.ts'
import { initialLatents, layoutOf, type Shape, weightOf } from '../../src/model/layout.ts'
import { Program, programBytes } from '../../src/model/program.ts'
import { type Tokens, tokensOf } from '../../src/model/tokens.ts'
import { generate } from '../../src/training/generator.ts'

const SMALL: Shape = { name: 'small', vocabulary: 256, width: 64, layers: 2, heads: 2, inner: 128 }

const observations = generate({ seed: 5, count: 64, use: 'known' })
const tokensAt = (i: number): Tokens =>
  tokensOf(observations[i % observations.length]!.observation, SMALL.vocabulary)
const weightsOf = (seed: number): Int8Array =>
  initialLatents(layoutOf(SMALL).weights, seed).map(weightOf)

const [space, otherSpace] = [programBytes(SMALL), programBytes(SMALL)].map(
  bytes => new Workspace(bytes)
) as [Workspace, Workspace]
const compiled = new Program(SMALL, space, compiledKernels(space))
const portable = new Program(SMALL, otherSpace, portableKernels(otherSpace))

function scoresOf(program: Program, tokens: Tokens): Int32Array {
  program.write(tokens)
  return program.run(tokens.count).slice()
}

describe('inference', () => {
  it('gives the same bits compiled and portable, with and without the prior', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(63), fc.nat(99), (seed, i, alpha) => {
        const alphas = [0, 0, alpha, 2 * alpha]
        compiled.load(weightsOf(seed), alphas)
        portable.load(weightsOf(seed), alphas)
        assert.deepEqual(scoresOf(compiled, tokensAt(i)), scoresOf(portable, tokensAt(i)))
      }),
      { numRuns: 10 }
    )
  })

  it('gives these scores on every platform', () => {
    compiled.load(weightsOf(1), [0, 0, 0, 0])
    assert.deepEqual([...scoresOf(compiled, tokensAt(0)).slice(0, 6)], GOLDEN)
  })

  it('does not remember the observation before', () => {
    compiled.load(weightsOf(2))
    const first = scoresOf(compiled, tokensAt(1))
    scoresOf(compiled, tokensAt(2))
    assert.deepEqual(scoresOf(compiled, tokensAt(1)), first)
  })

  it('gives the same bits on one and on three lanes', async () => {
    const threads: Worker[] = []
    const file = new URL('lane-thread.ts', import.meta.url)
    const lanes = openLanes(SMALL, 3, start => {
      threads.push(new Worker(file, { workerData: start }))
    })
    const exits = threads.map(thread => new Promise(resolve => thread.once('exit', resolve)))
    lanes.program.load(weightsOf(3))
    compiled.load(weightsOf(3))
    for (let i = 0; i < 8; i++) {
      assert.deepEqual(lanes.run(tokensAt(i)).slice(), scoresOf(compiled, tokensAt(i)))
    }
    lanes.end()
    assert.deepEqual(await Promise.all(exits), [0, 0])
  })

  it('has no room in a workspace that is too small', () => {
    const tiny = new Workspace(1_000)
    assert.throws(() => new Program(SMALL, tiny, compiledKernels(tiny)), { code: 'workspace-full' })
  })
})

const GOLDEN = [-213, -202, 16, -108, -62, 53]
