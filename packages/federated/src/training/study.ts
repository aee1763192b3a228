import type { AskedModel, Calibration } from '../model/advise.ts'
import { pointed, shares } from '../model/advise.ts'
import { PROPOSALS } from '../model/observation.ts'
import { tokensOf } from '../model/tokens.ts'
import { Draw } from './draw.ts'
import type { Pair } from './generator.ts'
import { best } from './mlp.ts'
import type { Example, Trainer } from './transformer.ts'

const WARM_STEPS = 50
const MOST_BATCH = 32

export interface CourseOptions {
  /** Over all examples. */
  readonly passes: number
  /** Adam's first step in units of a latent; it falls to 0. */
  readonly rate: number
  readonly seed: number
  readonly batchTokens: number
}

/** Pairs as a model reads them. */
export function examplesOf(pairs: readonly Pair[], vocabulary: number): Example[] {
  return pairs.map(({ observation, action, target }) => ({
    tokens: tokensOf(observation, vocabulary),
    action: PROPOSALS.indexOf(action),
    target
  }))
}

/** Examples in batches of at most so many tokens, in an order of the seed. */
export function batchesOf(
  examples: readonly Example[],
  batchTokens: number,
  seed: number
): Example[][] {
  const batches: Example[][] = []
  let room = 0
  for (const example of new Draw(seed).shuffled(examples)) {
    const { count } = example.tokens
    if (count > room || batches.at(-1)!.length === MOST_BATCH) {
      batches.push([])
      room = batchTokens
    }
    batches.at(-1)!.push(example)
    room -= count
  }
  return batches
}

/** Trains over all examples; the rate rises for a moment and falls to 0. */
export function teach(
  trainer: Trainer,
  examples: readonly Example[],
  options: CourseOptions
): void {
  const { passes, rate, seed, batchTokens } = options
  const course = Array.from({ length: passes }, (_, pass) =>
    batchesOf(examples, batchTokens, seed + pass)
  ).flat()
  course.forEach((batch, step) => {
    const warm = Math.min(1, (step + 1) / WARM_STEPS)
    trainer.learn(batch, rate * warm * (1 - step / course.length))
  })
}

/** What a model answered to one example. */
export interface Answer {
  readonly right: boolean
  readonly amongThree: boolean
  readonly targetRight: boolean
  readonly confidencePermille: number
  readonly action: number
}

/** A model's answer to an example, whatever its confidence. */
export function answerOf(model: AskedModel, { tokens, action, target }: Example): Answer {
  const scores = model.scores(tokens)
  const { weights, total } = shares(scores, model.width, model.calibration.sharpnessPermille)
  const own = scores.subarray(0, PROPOSALS.length)
  const chosen = best(own)
  const better = own.filter(
    (score, i) => score > own[action]! || (score === own[action]! && i < action)
  )
  return {
    action: chosen,
    right: chosen === action,
    amongThree: better.length < 3,
    targetRight: pointed(scores, tokens.services) === target,
    confidencePermille: Math.floor((1_000 * weights[chosen]!) / total)
  }
}

/** Expected calibration error in thousandths, over ten bins. */
export function calibrationError(answers: readonly Answer[]): number {
  const bins = Array.from({ length: 10 }, () => ({ confidence: 0, right: 0 }))
  for (const { confidencePermille, right } of answers) {
    const bin = bins[Math.min(9, Math.floor(confidencePermille / 100))]!
    bin.confidence += confidencePermille
    bin.right += right ? 1_000 : 0
  }
  const off = bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right), 0)
  return answers.length === 0 ? 0 : off / answers.length
}

/** The sharpness with the least calibration error on examples kept aside for it. */
export function calibrate(model: AskedModel, examples: readonly Example[]): Calibration {
  let found = model.calibration
  let least = Number.POSITIVE_INFINITY
  for (let sharpnessPermille = 300; sharpnessPermille <= 2_000; sharpnessPermille += 100) {
    const calibration = { ...model.calibration, sharpnessPermille }
    const answers = examples.map(example => answerOf({ ...model, calibration }, example))
    const error = calibrationError(answers)
    if (error < least) [found, least] = [calibration, error]
  }
  return found
}

/** Mean F1 over the actions that occur, in [0, 1]. */
export function macroF1(answers: readonly Answer[], examples: readonly Example[]): number {
  const [hits, said, occurs] = [0, 1, 2].map(() => new Float64Array(PROPOSALS.length))
  answers.forEach(({ action, right }, i) => {
    said![action] = said![action]! + 1
    const wanted = examples[i]!.action
    occurs![wanted] = occurs![wanted]! + 1
    if (right) hits![wanted] = hits![wanted]! + 1
  })
  const present = PROPOSALS.map((_, a) => a).filter(a => occurs![a]! > 0)
  const f1 = present.map(a => (2 * hits![a]!) / (said![a]! + occurs![a]!))
  return f1.reduce((sum, value) => sum + value, 0) / present.length
}
