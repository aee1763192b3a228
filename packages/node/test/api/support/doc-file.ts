import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const DOCS = fileURLToPath(new URL('../../../../../docs/', import.meta.url))

/**
 * Asserts that a file of `docs/` is what the code generates. `REWRITE_DOCS=1` writes it instead,
 * to be read as a diff.
 */
export async function assertCurrent(name: string, generated: string): Promise<void> {
  if (process.env['REWRITE_DOCS'] === '1') await writeFile(`${DOCS}${name}`, generated)
  const stored = await readFile(`${DOCS}${name}`, 'utf8')
  assert.equal(stored, generated, `docs/${name} is old: run the tests with REWRITE_DOCS=1`)
}
