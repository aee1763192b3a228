import {
  type Answer,
  type AskedModel,
  answerOf,
  calibrate,
  calibrationError,
  compiledKernels,
  Draw,
  type Example,
  examplesOf,
  generate,
  generateNonsense,
  initialLatents,
  Logistic,
  layoutOf,
  macroF1,
  type Pair,
  Program,
  programBytes,
  ruleAnswer,
  type Shape,
  TIERS,
  Trainer,
  teach,
  tokensOf,
  UNCALIBRATED,
  Workspace,
  weightOf
} from '@torusmesh/federated'
import { publicTaskRows } from './federated-public.ts'
import type { Row } from './row.ts'

const PAIRS = 12_000
const PASSES = 3
const BATCH_TOKENS = 512
const ABLATION_SEEDS = [1, 2, 3, 4, 5]
const ABLATION_PAIRS = 5_000
/** Weights the logistic baseline hashes its facts into. */
const FEATURES = 65_536
const CELLS_SEED = 77

/** Accuracy on faults trained on and held out, baselines, the prior's ablation, public tasks. */
export async function studyRows(): Promise<Row[]> {
  return [...faultRows(), ...ablationRows(), ...growthRows(), ...(await publicTaskRows())]
}

const known = (count: number): Pair[] => generate({ seed: 9_001, count, use: 'known' })
const unseen = (count: number): Pair[] => generate({ seed: 9_002, count, use: 'unseen' })

function faultRows(): Row[] {
  const shape = TIERS.study
  const train = examplesOf(generate({ seed: 100, count: PAIRS, use: 'known' }), shape.vocabulary)
  const trainer = taught(shape, train, { seed: 1, passes: PASSES, prior: false })
  const model = modelOf(shape, trainer)
  const aside = examplesOf(generate({ seed: 9_003, count: 1_000, use: 'aside' }), shape.vocabulary)
  const calibrated = { ...model, calibration: calibrate(model, aside) }
  const logistic = new Logistic(FEATURES)
  for (let pass = 0; pass < 5; pass++) {
    for (const example of train) logistic.learn(featuresOf(example), example.action, 0.1)
  }
  const nonsense = generateNonsense(9_004, 1_000).map(observation => ({
    tokens: tokensOf(observation, shape.vocabulary),
    action: 0,
    target: 0
  }))
  const noise = nonsense.map(example => answerOf(calibrated, example))
  const sets = { known: known(2_000), unseen: unseen(2_000) }
  const rows = Object.entries(sets).flatMap(([name, pairs]) =>
    setRows(`${name} faults`, pairs, calibrated, logistic, noise)
  )
  const zeros = trainer.latents().filter(latent => weightOf(latent) === 0).length
  const percent = (100 * zeros) / trainer.layout.weights
  return [...rows, { name: 'weights that are 0 after training', value: percent, unit: '%' }]
}

function setRows(
  name: string,
  pairs: readonly Pair[],
  model: AskedModel,
  logistic: Logistic,
  noise: readonly Answer[]
): Row[] {
  const examples = examplesOf(pairs, model.vocabulary)
  const answers = examples.map(example => answerOf(model, example))
  const share = (of: (answer: Answer) => boolean): number => percentOf(answers, of)
  const rules = percentOf(pairs, pair => ruleAnswer(pair.observation).action === pair.action)
  const linear = percentOf(examples, e => logistic.answer(featuresOf(e)) === e.action)
  const top = share(answer => answer.right)
  const least = model.calibration.leastPermille
  const sure = answers.filter(answer => answer.confidencePermille >= least)
  return [
    { name: `${name}, top 1`, value: top, unit: '%', peer: 'rules', ratio: top / rules },
    { name: `${name}, top 1`, value: top, unit: '%', peer: 'logistic', ratio: top / linear },
    { name: `${name}, top 3`, value: share(answer => answer.amongThree), unit: '%' },
    { name: `${name}, target`, value: share(answer => answer.targetRight), unit: '%' },
    { name: `${name}, macro F1`, value: 100 * macroF1(answers, examples), unit: '%' },
    { name: `${name}, calibration error`, value: calibrationError(answers) / 10, unit: '%' },
    { name: `${name}, proposes`, value: (100 * sure.length) / answers.length, unit: '%' },
    { name: `${name}, right where it proposes`, value: percentOf(sure, a => a.right), unit: '%' },
    { name: `${name}, AUROC against nonsense`, value: auroc(answers, noise), unit: '' }
  ]
}

/** No prior, T³, and the same strengths over cells drawn at random. */
function ablationRows(): Row[] {
  const arms = ['no prior', 'T³ prior', 'random cells'] as const
  const f1 = new Map(arms.map(arm => [arm, { known: 0, unseen: 0 }]))
  const shape = TIERS.study
  for (const seed of ABLATION_SEEDS) {
    for (const arm of arms) {
      const pairs = generate({ seed: seed * 100, count: ABLATION_PAIRS, use: 'known' })
      const sets = [pairs, known(1_500), unseen(1_500)].map(p => examplesOf(p, shape.vocabulary))
      if (arm === 'random cells') scatter(sets.flat())
      const prior = arm !== 'no prior'
      const model = modelOf(shape, taught(shape, sets[0]!, { seed, passes: 2, prior }))
      const [a, b] = sets.slice(1).map(examples => {
        const answers = examples.map(example => answerOf(model, example))
        return (100 * macroF1(answers, examples)) / ABLATION_SEEDS.length
      })
      const sums = f1.get(arm)!
      sums.known += a!
      sums.unseen += b!
    }
  }
  return arms.flatMap(arm =>
    (['known', 'unseen'] as const).map(set => ({
      name: `macro F1 of ${ABLATION_SEEDS.length} seeds, ${set}, ${arm}`,
      value: f1.get(arm)![set],
      unit: '%'
    }))
  )
}

function growthRows(): Row[] {
  return [1, 2, 3].flatMap(layers => {
    const shape = { ...TIERS.study, layers }
    const pairs = generate({ seed: 100, count: ABLATION_PAIRS, use: 'known' })
    const train = examplesOf(pairs, shape.vocabulary)
    const model = modelOf(shape, taught(shape, train, { seed: 1, passes: 2, prior: false }))
    const examples = examplesOf(unseen(1_500), shape.vocabulary)
    const answers = examples.map(example => answerOf(model, example))
    const millions = (layoutOf(shape).weights / 1e6).toFixed(2)
    const value = percentOf(answers, answer => answer.right)
    return { name: `unseen faults, top 1, ${layers} layers, ${millions} M`, value, unit: '%' }
  })
}

function taught(
  shape: Shape,
  examples: readonly Example[],
  how: { readonly seed: number; readonly passes: number; readonly prior: boolean }
): Trainer {
  const { seed, passes, prior } = how
  const trainer = new Trainer(shape, { batchTokens: BATCH_TOKENS, prior }, compiledKernels)
  trainer.load(initialLatents(trainer.layout.weights, seed))
  teach(trainer, examples, { passes, rate: 1, seed, batchTokens: BATCH_TOKENS })
  return trainer
}

function modelOf(shape: Shape, trainer: Trainer): AskedModel {
  const space = new Workspace(programBytes(shape))
  const program = new Program(shape, space, compiledKernels(space))
  program.load(trainer.latents().map(weightOf), Array.from(trainer.alphas, Math.round))
  const scores: AskedModel['scores'] = tokens => {
    program.write(tokens)
    return program.run(tokens.count)
  }
  return { vocabulary: shape.vocabulary, width: shape.width, calibration: UNCALIBRATED, scores }
}

/** What is said, and what is said of which service. */
function featuresOf({ tokens }: Example): number[] {
  const features: number[] = []
  for (let t = 1 + tokens.services; t < tokens.count; t++) {
    const [said, place] = [tokens.ids[2 * t]!, tokens.ids[2 * t + 1]!]
    features.push(said, 4_096 + ((said * 31 + place) % 60_000))
  }
  return features
}

function scatter(examples: readonly Example[]): void {
  const draw = new Draw(CELLS_SEED)
  for (const { tokens } of examples) {
    for (let i = 1; i < tokens.count; i++) tokens.cells[i] = draw.below(512)
  }
}

function percentOf<T>(of: readonly T[], holds: (one: T) => boolean): number {
  return (100 * of.filter(holds).length) / Math.max(1, of.length)
}

/** How often a real fault gets more confidence than nonsense. */
function auroc(real: readonly Answer[], noise: readonly Answer[]): number {
  let wins = 0
  for (const { confidencePermille: a } of real) {
    for (const { confidencePermille: b } of noise) wins += a > b ? 1 : a === b ? 0.5 : 0
  }
  return wins / (real.length * noise.length)
}
