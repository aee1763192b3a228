import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { build, installedCompiler } from '../../assembly/build.ts'
import { canCompile } from '../../src/kernels/compiled.ts'

const compiler = await installedCompiler()

describe('the committed kernels', () => {
  it('run on this engine', () => {
    assert.ok(canCompile())
  })

  if (compiler === undefined) {
    process.stderr.write('kernels not rebuilt: assemblyscript is not installed\n')
  } else {
    it('are what their source compiles to', async () => {
      const committed = new URL('../../src/kernels/generated/wasm.ts', import.meta.url)
      assert.equal(await build(compiler), readFileSync(committed, 'utf8'))
    })
  }
})
