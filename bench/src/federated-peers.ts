import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** A product of so many rows with 2048 × 2048 weights, elsewhere; or why not. */
export type ProductPeer = { readonly name: string } & (
  | { readonly missing: string }
  | { productMs(rows: number): Promise<number>; close(): void }
)

const SIZE = 2_048
const RUNS = 15
const COMPILER = 'gcc'

/** AVX2 intrinsics compiled here: what this machine does in native code. */
export function nativePeer(): ProductPeer {
  const name = 'C, AVX2, gcc -O3'
  const folder = mkdtempSync(join(tmpdir(), 'torusmesh-ternary-'))
  const close = (): void => rmSync(folder, { recursive: true })
  const program = join(folder, 'ternary')
  const source = fileURLToPath(new URL('../c/ternary.c', import.meta.url))
  try {
    execFileSync(COMPILER, ['-O3', '-march=native', '-o', program, source], { stdio: 'ignore' })
  } catch {
    close()
    return { name, missing: 'it needs gcc and a processor with AVX2' }
  }
  const productMs = async (rows: number): Promise<number> => {
    const args = [rows, SIZE, SIZE, RUNS].map(String)
    return Number(execFileSync(program, args, { encoding: 'utf8' }).split(' ')[0]) * 1_000
  }
  return { name, productMs, close }
}

interface Tensor {
  dispose(): void
  data(): Promise<unknown>
}

interface TensorFlow {
  setBackend(name: string): Promise<boolean>
  ones(shape: readonly number[]): Tensor
  matMul(a: Tensor, b: Tensor): Tensor
}

/** TensorFlow.js over WebAssembly, with f32: it knows no ternary weights. */
export async function tensorFlowPeer(): Promise<ProductPeer> {
  const name = 'tfjs-wasm, f32'
  const core = await installed<TensorFlow>('@tensorflow/tfjs-core')
  const wasm = await installed<object>('@tensorflow/tfjs-backend-wasm')
  if (core === undefined || wasm === undefined || !(await core.setBackend('wasm'))) {
    return { name, missing: 'install @tensorflow/tfjs-core and tfjs-backend-wasm' }
  }
  const weights = core.ones([SIZE, SIZE])
  const productMs = async (rows: number): Promise<number> => {
    const x = core.ones([rows, SIZE])
    let best = Number.POSITIVE_INFINITY
    for (let run = 0; run < RUNS; run++) {
      const startMs = performance.now()
      const y = core.matMul(x, weights)
      await y.data()
      best = Math.min(best, performance.now() - startMs)
      y.dispose()
    }
    x.dispose()
    return best
  }
  return { name, productMs, close: () => weights.dispose() }
}

interface Runtime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object
    ): Promise<{ run(feeds: object): Promise<object>; release(): Promise<void> }>
  }
  readonly Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => object
}

/** ONNX Runtime's own kernels with 2-bit weights and int8 activations (MatMulNBits). */
export async function onnxPeer(): Promise<ProductPeer> {
  const name = 'onnxruntime-node, 2-bit'
  const runtime = await installed<Runtime>('onnxruntime-node')
  if (runtime === undefined) {
    return { name, missing: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node' }
  }
  const session = await runtime.InferenceSession.create(twoBitModel(), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1
  })
  const productMs = async (rows: number): Promise<number> => {
    const x = new runtime.Tensor('float32', new Float32Array(rows * SIZE).fill(1), [rows, SIZE])
    let best = Number.POSITIVE_INFINITY
    for (let run = 0; run < RUNS; run++) {
      const startMs = performance.now()
      await session.run({ x })
      best = Math.min(best, performance.now() - startMs)
    }
    return best
  }
  return { name, productMs, close: () => void session.release() }
}

/** A peer that lies in node_modules here or in the folder PEERS names. */
async function installed<Module>(name: string): Promise<Module | undefined> {
  const from = process.env['PEERS'] ?? process.cwd()
  try {
    const found = createRequire(join(from, 'any.js')).resolve(name)
    const module = (await import(pathToFileURL(found).href)) as { readonly default?: Module }
    return (module.default ?? module) as Module
  } catch {
    return undefined
  }
}

const BLOCK = 32

/** An ONNX file (protobuf) of one MatMulNBits node, 2048 × 2048, 2 bits, accuracy level 4. */
function twoBitModel(): Uint8Array {
  const blocks = SIZE / BLOCK
  const weights = new Uint8Array((SIZE * SIZE) / 4).fill(0x66)
  const scales = new Uint8Array(new Float32Array(SIZE * blocks).fill(1).buffer)
  const numbers = { K: SIZE, N: SIZE, bits: 2, block_size: BLOCK, accuracy_level: 4 }
  const attributes = Object.entries(numbers).map(([name, value]) =>
    bytes(5, text(1, name), varint(3, value), varint(20, 2))
  )
  const inputs = ['x', 'w', 's'].map(name => text(1, name))
  const domain = text(7, 'com.microsoft')
  const node = bytes(1, ...inputs, text(2, 'y'), text(4, 'MatMulNBits'), ...attributes, domain)
  const w = tensor('w', 2, [SIZE, blocks, BLOCK / 4], weights)
  const s = tensor('s', 1, [SIZE * blocks], scales)
  const graph = bytes(7, node, text(2, 'g'), w, s, value(11, 'x'), value(12, 'y'))
  const opsets = [
    bytes(8, text(1, ''), varint(2, 17)),
    bytes(8, text(1, 'com.microsoft'), varint(2, 1))
  ]
  return Buffer.concat([varint(1, 8), graph, ...opsets])
}

function tensor(name: string, type: number, dims: readonly number[], raw: Uint8Array): Buffer {
  const sizes = dims.map(dim => varint(1, dim))
  return bytes(5, ...sizes, varint(2, type), text(8, name), bytes(9, raw))
}

function value(field: number, name: string): Buffer {
  const dims = [bytes(1, text(2, 'm')), bytes(1, varint(1, SIZE))]
  const shape = bytes(2, ...dims)
  return bytes(field, text(1, name), bytes(2, bytes(1, varint(1, 1), shape)))
}

const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value))

function bytes(field: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([number((field << 3) | 2), number(body.length), body])
}

const varint = (field: number, value: number): Buffer =>
  Buffer.concat([number(field << 3), number(value)])

function number(value: number): Buffer {
  const out: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    out.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) return Buffer.from(out)
  }
}
