import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ReproduceOptions, reproduce, writeReport } from '../../src/results/index.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'
import { manifestOf, outcomeOf, scratch, writeSweep } from './made-up.ts'

const again = async (spec: RunSpec): Promise<ReturnType<typeof outcomeOf>> => outcomeOf(spec)
const { code, data, node } = manifestOf([], [1])

describe('results: reproduction', () => {
  const folders = scratch()
  let folder: string
  before(async () => {
    folder = (await writeSweep(await folders.make(), { seeds: [1, 2, 3] })).folder
    await writeReport(folder)
  })
  after(() => folders.clear())

  it('runs every run again and ends in N/N audit hashes equal', async () => {
    const seen: string[] = []
    const onProgress: ReproduceOptions['onProgress'] = ({ done, of, equal }) => {
      seen.push(`${equal} of ${done} of ${of}`)
    }
    const { verdict } = await reproduce(folder, { runScenario: again, onProgress })
    assert.equal(verdict, '3/3 audit hashes equal')
    assert.deepEqual(seen, ['1 of 1 of 3', '2 of 2 of 3', '3 of 3 of 3'])
  })

  const otherwise = async (spec: RunSpec): Promise<ReturnType<typeof outcomeOf>> => {
    const outcome = outcomeOf(spec)
    if (spec.seed !== 2) return outcome
    return { ...outcome, summary: { ...outcome.summary, auditHash: 'feed' } }
  }
  const reasons = [
    {
      desc: 'other code',
      current: { code: { ...code, hash: 'beef' }, data, node },
      why: /then: code;/
    },
    { desc: 'other data', current: { code, data: {}, node }, why: /then: aws33-p50.json;/ },
    { desc: 'nothing else', current: { code, data, node }, why: /not deterministic/ }
  ]
  for (const { desc, current, why } of reasons) {
    it(`names the runs that differ, and why: ${desc}`, async () => {
      const { verdict, equal } = await reproduce(folder, { runScenario: otherwise, current })
      assert.equal(equal, 2)
      assert.match(verdict, /^2\/3 audit hashes equal; .*permille=0\/seed=2$/)
      assert.match(verdict, why)
    })
  }

  it('refuses a sweep that is not done', async () => {
    const { folder: open } = await writeSweep(await folders.make(), { seeds: [1] })
    await assert.rejects(reproduce(open, { runScenario: again }), { code: 'incomplete-results' })
  })

  it('refuses a run whose hash is not the manifest’s', async () => {
    const { folder: changed } = await writeSweep(await folders.make(), { seeds: [1] })
    await writeReport(changed)
    const file = join(changed, 'manifest.json')
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(/("auditHash": ")[0-9a-f]+/, '$1abcd'))
    await assert.rejects(reproduce(changed, { runScenario: again }), { code: 'damaged-results' })
  })
})
