import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStepJournal } from '../../src/upgrade/journal.ts'
import type { StepRow } from '../../src/upgrade/port.ts'

const row = (plan: string): StepRow => ({ plan, step: 'stage', kind: 'begun' })

describe('step journal', () => {
  let path = ''

  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'steps-')), 'steps')
  })
  afterEach(() => rm(join(path, '..'), { recursive: true }))

  it('keeps rows over a restart, in order', async () => {
    const journal = await openStepJournal(path)
    const done: StepRow = { plan: 'a', step: 'stage', kind: 'done', digest: 'f' }
    await Promise.all([row('a'), done, row('b')].map(each => journal.append(each)))
    const again = await openStepJournal(path)
    assert.deepEqual(await again.rows('a'), [row('a'), done])
    assert.deepEqual(await again.rows('b'), [row('b')])
  })

  it('drops what was cut off at its end, refuses damage before', async () => {
    const journal = await openStepJournal(path)
    await journal.append(row('a'))
    await appendFile(path, '{"plan":"a","step":"sw')
    const again = await openStepJournal(path)
    await again.append(row('b'))
    assert.equal((await readFile(path, 'utf8')).split('\n').length, 3)
    for (const text of ['nonsense\n', '{}\n', 'null\n']) {
      await writeFile(path, `${text}${JSON.stringify(row('a'))}\n`)
      await assert.rejects(openStepJournal(path), { code: 'ACTION_FAILED' })
    }
  })

  it('forgets the oldest plans', async () => {
    const journal = await openStepJournal(path)
    for (let i = 0; i < 20; i++) await journal.append(row(`plan-${i}`))
    const again = await openStepJournal(path)
    assert.deepEqual(await again.rows('plan-3'), [])
    assert.deepEqual(await again.rows('plan-4'), [row('plan-4')])
  })

  it('a row that could not be written is not there, and the next one is', async () => {
    const journal = await openStepJournal(path)
    await journal.append(row('a'))
    const folder = join(path, '..')
    await rm(folder, { recursive: true })
    await assert.rejects(journal.append(row('b')), { code: 'ENOENT' })
    await import('node:fs/promises').then(({ mkdir }) => mkdir(folder))
    await journal.append(row('c'))
    const again = await openStepJournal(path)
    const plans = await Promise.all(['a', 'b', 'c'].map(plan => again.rows(plan)))
    assert.deepEqual(
      plans.map(({ length }) => length),
      [1, 0, 1]
    )
  })
})
