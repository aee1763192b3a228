import { apiPage } from './support/api-page.ts'
import { assertCurrent } from './support/doc-file.ts'
import { closeAll, createHarness } from './support/harness.ts'

describe('docs/api.md', () => {
  afterEach(closeAll)

  it('shows every endpoint with an answer it really gives', async () => {
    await assertCurrent('api.md', await apiPage(createHarness()))
  })
})
