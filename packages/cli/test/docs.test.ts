import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { cliPage } from './support/cli-page.ts'

const PAGE = new URL('../../../docs/cli.md', import.meta.url)

describe('docs/cli.md', () => {
  it('is what the command says and prints; REWRITE_DOCS=1 writes it anew', async () => {
    const page = await cliPage()
    if (process.env['REWRITE_DOCS'] === '1') await writeFile(PAGE, page)
    assert.equal(await readFile(PAGE, 'utf8'), page)
  })
})
