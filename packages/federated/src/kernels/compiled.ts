import { FederatedError } from '../errors.ts'
import { KERNELS_WASM } from './generated/wasm.ts'
import type { Kernels } from './kernels.ts'
import type { SharedMemory, Workspace } from './workspace.ts'

declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: SharedMemory } }
  ) => { readonly exports: unknown }
}

let compiled: object | undefined

/** Whether this engine runs the compiled kernels: it needs SIMD, relaxed SIMD and shared memory. */
export function canCompile(): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(bytesOf(KERNELS_WASM))
}

/**
 * The kernels in WebAssembly SIMD over a workspace.
 *
 * @throws FederatedError `no-simd` where {@link canCompile} is false
 */
export function compiledKernels({ memory }: Workspace): Kernels {
  if (compiled === undefined) {
    if (!canCompile()) throw new FederatedError('no-simd', 'take portableKernels on this engine')
    compiled = new WebAssembly.Module(bytesOf(KERNELS_WASM))
  }
  // The module's exports are the functions of `Kernels`; the tests call each of them.
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernels
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), char => char.charCodeAt(0))
}
