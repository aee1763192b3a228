import { FederatedError } from '../errors.ts'

/** A WebAssembly memory that lanes can share. */
export interface SharedMemory {
  readonly buffer: ArrayBufferLike
}

declare const WebAssembly: {
  readonly Memory: new (limits: {
    readonly initial: number
    readonly maximum: number
    readonly shared: boolean
  }) => SharedMemory
}

const PAGE_BYTES = 65_536
const MOST_PAGES = 65_536
const ALIGN_BYTES = 64
/** The kernels' constants: a mask of 2-bit codes, and 256 powers of 2. */
const MASK_AT = 64
const EXP2_AT = 128
const FIRST_AT = 2_048

/**
 * One flat memory that holds weights, activations and scratch of the kernels. Nothing is freed;
 * a program takes what it needs once.
 */
export class Workspace {
  readonly memory: SharedMemory
  readonly i8: Int8Array
  readonly i16: Int16Array
  readonly i32: Int32Array
  readonly f32: Float32Array
  #next = FIRST_AT

  /** @param memory - another lane's memory, whose layout this lane knows */
  constructor(sizeBytes: number, memory?: SharedMemory) {
    const pages = Math.ceil((sizeBytes + FIRST_AT) / PAGE_BYTES)
    if (!(pages <= MOST_PAGES)) throw full(sizeBytes)
    this.memory = memory ?? new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
    const { buffer } = this.memory
    this.i8 = new Int8Array(buffer)
    this.i16 = new Int16Array(buffer)
    this.i32 = new Int32Array(buffer)
    this.f32 = new Float32Array(buffer)
    if (memory !== undefined) return
    this.i32[MASK_AT / 4] = 0x03_03_03_03
    this.i32.set(EXP2, EXP2_AT / 4)
  }

  /**
   * The offset of bytes nobody else has, all 0.
   *
   * @throws FederatedError `workspace-full`
   */
  take(sizeBytes: number): number {
    const at = this.#next
    this.#next = at + Math.ceil(sizeBytes / ALIGN_BYTES) * ALIGN_BYTES
    if (!(this.#next <= this.i8.length)) throw full(sizeBytes)
    return at
  }
}

/** Bytes that {@link Workspace.take} uses up for a wish. */
export function roomFor(sizeBytes: number): number {
  return Math.ceil(sizeBytes / ALIGN_BYTES) * ALIGN_BYTES
}

/** 2^(−i / 256) in Q12. Square roots and products are rounded the same everywhere, `Math.pow` is not. */
export const EXP2: Int32Array = exp2Table()

function exp2Table(): Int32Array {
  let root = 0.5
  for (let i = 0; i < 8; i++) root = Math.sqrt(root)
  let power = 4_096
  return Int32Array.from({ length: 256 }, () => {
    const entry = Math.round(power)
    power *= root
    return entry
  })
}

function full(sizeBytes: number): FederatedError {
  return new FederatedError('workspace-full', `no room for ${sizeBytes} bytes, make it larger`)
}
