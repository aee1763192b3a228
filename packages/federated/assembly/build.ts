import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The part of the AssemblyScript compiler that is used. */
export interface Compiler {
  main(
    args: readonly string[],
    api: { writeFile(name: string, bytes: Uint8Array): void }
  ): Promise<{ readonly error: Error | null; readonly stderr: object }>
}

const OPTIONS = [
  '--outFile=kernels.wasm',
  '--optimizeLevel=3',
  '--shrinkLevel=0',
  '--runtime=stub',
  '--noAssert',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory=1',
  '--maximumMemory=65536',
  '--use=abort=',
  '--enable=simd',
  '--enable=relaxed-simd',
  '--enable=threads'
]

/** The compiler, or undefined where it is not installed: `npm install --no-save assemblyscript`. */
export async function installedCompiler(): Promise<Compiler | undefined> {
  const name: string = 'assemblyscript/asc'
  try {
    return (await import(name)) as Compiler
  } catch {
    return undefined
  }
}

/** The text of src/kernels/generated/wasm.ts. */
export async function build(compiler: Compiler): Promise<string> {
  const source = fileURLToPath(new URL('index.ts', import.meta.url))
  const files = new Map<string, Uint8Array>()
  const { error, stderr } = await compiler.main([source, ...OPTIONS], {
    writeFile: (name, bytes) => void files.set(name, bytes)
  })
  const wasm = files.get('kernels.wasm')
  if (error !== null || wasm === undefined) throw new Error(`${error?.message}\n${stderr}`)
  const base64 = Buffer.from(wasm).toString('base64')
  const says = '/** The kernels of assembly/ compiled by assembly/build.ts, in base 64. */'
  return `${says}\nexport const KERNELS_WASM: string =\n  '${base64}'\n`
}

/** `node packages/federated/assembly/build.ts` writes the module. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const compiler = await installedCompiler()
  if (compiler === undefined) throw new Error('install assemblyscript 0.28 first')
  writeFileSync(new URL('../src/kernels/generated/wasm.ts', import.meta.url), await build(compiler))
}
