import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { rulesPage } from '../../src/rules/page.ts'
import { createRulebook } from '../../src/rules/rulebook.ts'

const DOC = new URL('../../../../docs/operator.md', import.meta.url)

describe('docs/operator.md', () => {
  it('shows the rulebook as it is', async () => {
    const page = rulesPage(createRulebook())
    assert.ok((await readFile(DOC, 'utf8')).includes(page), `put this in:\n${page}`)
  })
})
