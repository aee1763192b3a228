import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { runsOf } from '../../src/sweep/job.ts'
import { openJournal } from '../../src/sweep/journal.ts'
import { inFolder, treeOf } from './support/folders.ts'
import { planFor } from './support/plans.ts'
import { outcomeOf } from './support/run-stand-in.ts'

const [run] = planFor(1).jobs.flatMap(runsOf)
const { timing, ...result } = outcomeOf(run!.spec)

const pathIn = (folder: string): string => join(folder, 'runs', run!.id.slice(0, 2), run!.id)

describe('journal', () => {
  it('has a run once it is written, and reads it back', () => {
    return inFolder(async folder => {
      const journal = openJournal(folder)
      assert.equal(await journal.has(run!), false)
      await journal.write(run!, result)
      assert.equal(await openJournal(folder).has(run!), true)
      assert.deepEqual(await openJournal(folder).read(run!), result)
      assert.ok(timing.wallMs > 0)
    })
  })

  it('leaves nothing of a write that was cut short once the run is written again', () => {
    return inFolder(async folder => {
      await mkdir(dirname(pathIn(folder)), { recursive: true })
      const left = join(dirname(pathIn(folder)), `.${basename(pathIn(folder))}.0123456789ab.tmp`)
      await writeFile(left, 'half of a resu')
      const journal = openJournal(folder)
      assert.equal(await journal.has(run!), false)
      await journal.write(run!, result)
      assert.equal((await treeOf(folder)).length, 1)
      assert.deepEqual(await journal.read(run!), result)
    })
  })

  it('refuses a file of which one byte is not what was written', () => {
    return inFolder(async folder => {
      const journal = openJournal(folder)
      await journal.write(run!, result)
      const bytes = await readFile(pathIn(folder))
      await writeFile(pathIn(folder), bytes.with(bytes.length - 1, 1))
      await assert.rejects(journal.read(run!), { code: 'damaged-result' })
    })
  })
})
