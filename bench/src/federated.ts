import { Worker } from 'node:worker_threads'
import {
  compiledKernels,
  initialLatents,
  type Kernels,
  layoutOf,
  MLP_BATCH,
  Mlp,
  MOST_TOKENS,
  openLanes,
  portableKernels,
  type Shape,
  TIERS,
  type Tokens,
  Workspace,
  weightOf
} from '@torusmesh/federated'
import { nativePeer, onnxPeer, type ProductPeer, tensorFlowPeer } from './federated-peers.ts'
import { median, type Row } from './row.ts'

const SIZE = 2_048
const GEMM_ROWS = 256
const RUNS = 15
const INFERENCES = 120
const GROWTH_LAYERS = [1, 2, 4, 8, 14]

/** Kernels beside native code and two runtimes, inference of both tiers, training, growth. */
export async function federatedRows(): Promise<Row[]> {
  const rows = await productRows()
  for (const shape of [TIERS.s, TIERS.l]) {
    for (const lanes of [1, 2]) rows.push(...(await inferenceRows(shape, lanes, MOST_TOKENS)))
  }
  for (const layers of GROWTH_LAYERS) {
    const shape = { ...TIERS.s, name: `S of ${layers} layers`, layers }
    rows.push((await inferenceRows(shape, 1, MOST_TOKENS))[0]!)
  }
  for (const tokens of [16, 32]) rows.push((await inferenceRows(TIERS.s, 1, tokens))[0]!)
  return [...rows, ...trainingRows()]
}

async function productRows(): Promise<Row[]> {
  const peers = [nativePeer(), await onnxPeer(), await tensorFlowPeer()]
  for (const peer of peers) {
    if ('missing' in peer) process.stderr.write(`bench: no ${peer.name}: ${peer.missing}\n`)
  }
  const present = peers.filter((peer): peer is Exclude<ProductPeer, { missing: string }> => {
    return 'productMs' in peer
  })
  const rows: Row[] = []
  try {
    for (const m of [1, GEMM_ROWS]) {
      const ours = productMs(m, compiledKernels)
      const name = m === 1 ? 'ternary GEMV 2048²' : `ternary GEMM ${m} × 2048²`
      const row = { name, value: (m * SIZE * SIZE) / ours / 1e6, unit: 'GMAC/s' }
      rows.push(...(present.length === 0 ? [row] : []))
      for (const peer of present) {
        rows.push({ ...row, peer: peer.name, ratio: (await peer.productMs(m)) / ours })
      }
      if (m > 1) continue
      const plain = productMs(m, portableKernels)
      rows.push({ ...row, peer: 'portable TypeScript', ratio: plain / ours })
    }
  } finally {
    for (const peer of present) peer.close()
  }
  return rows
}

/** The best of several runs: the machine has other work too. */
function productMs(m: number, kernelsOf: (space: Workspace) => Kernels): number {
  const space = new Workspace(SIZE * SIZE + 6 * GEMM_ROWS * SIZE)
  const kernels = kernelsOf(space)
  const w = space.take((SIZE * SIZE) / 4)
  const x = space.take(GEMM_ROWS * SIZE)
  const y = space.take(4 * GEMM_ROWS * SIZE)
  const scratch = space.take(2 * SIZE + 4 * GEMM_ROWS)
  space.i8.fill(0x66, w, w + (SIZE * SIZE) / 4)
  for (let i = 0; i < GEMM_ROWS * SIZE; i++) space.i8[x + i] = i * 7
  const inner = m === 1 && kernelsOf === compiledKernels ? 50 : 1
  let best = Number.POSITIVE_INFINITY
  for (let run = 0; run < RUNS; run++) {
    const startMs = performance.now()
    for (let i = 0; i < inner; i++) {
      if (m === 1) kernels.gemv(w, x, y, 0, SIZE, SIZE)
      else kernels.gemm(w, x, y, scratch, m, 0, SIZE, SIZE, SIZE)
    }
    best = Math.min(best, (performance.now() - startMs) / inner)
  }
  return best
}

async function inferenceRows(shape: Shape, count: number, length: number): Promise<Row[]> {
  const threads: Worker[] = []
  const file = new URL('federated-lane.ts', import.meta.url)
  const lanes = openLanes(shape, count, start => {
    threads.push(new Worker(file, { workerData: start }))
  })
  const exits = threads.map(thread => new Promise(resolve => thread.once('exit', resolve)))
  const { weights } = layoutOf(shape)
  lanes.program.load(initialLatents(weights, 1).map(weightOf))
  const tokens: Tokens = {
    count: length,
    ids: Int32Array.from({ length: 2 * length }, (_, i) => (i * 7_919) % shape.vocabulary),
    cells: Int32Array.from({ length }, (_, i) => i * 8 - 1),
    services: 4,
    dropped: 0
  }
  for (let i = 0; i < 20; i++) lanes.run(tokens)
  const times = Array.from({ length: INFERENCES }, () => {
    const startMs = performance.now()
    lanes.run(tokens)
    return performance.now() - startMs
  }).toSorted((a, b) => a - b)
  lanes.end()
  await Promise.all(exits)
  const millions = (weights / 1e6).toFixed(1)
  const name = `inference ${shape.name}, ${millions} M, ${length} tokens, ${count} lanes`
  return [
    { name: `${name}, best`, value: times[0]!, unit: 'ms' },
    { name: `${name}, median`, value: median(times), unit: 'ms' },
    { name: `${name}, p99`, value: times[Math.floor(times.length * 0.99)]!, unit: 'ms' }
  ]
}

/** The 0.94 M classifier of the goals, 256-1024-640-64. */
function trainingRows(): Row[] {
  const mlp = new Mlp([256, 1_024, 640, 64], 32, 1, compiledKernels)
  const inputs = Int8Array.from({ length: MLP_BATCH * 256 }, (_, i) => (i * 31) % 128)
  const labels = Uint8Array.from({ length: MLP_BATCH }, (_, i) => i % 32)
  let best = 0
  for (let run = 0; run < RUNS; run++) {
    const startMs = performance.now()
    for (let i = 0; i < 8; i++) mlp.learn(inputs, labels, 1)
    best = Math.max(best, (8_000 * MLP_BATCH) / (performance.now() - startMs))
  }
  return [{ name: 'training, 0.96 M classifier', value: Math.round(best), unit: 'samples/s' }]
}
