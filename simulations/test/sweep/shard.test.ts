import assert from 'node:assert/strict'
import { cp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResultsManifest } from '../../src/results/manifest.ts'
import { embeddedExecutor } from '../../src/sweep/embedded-executor.ts'
import type { Executor } from '../../src/sweep/executor.ts'
import { openJournal } from '../../src/sweep/journal.ts'
import { copyShards, mergeShards, openShards } from '../../src/sweep/merge.ts'
import type { SweepPlan } from '../../src/sweep/plan.ts'
import { outcomeOf, runJob } from '../../src/sweep/run-job.ts'
import { runSweep } from '../../src/sweep/run-sweep.ts'
import { parseShard, runShardOfSweep, shardOf } from '../../src/sweep/shard.ts'
import { inFolder, treeOf } from './support/folders.ts'
import { CODE, planFor, RUN_MODULE } from './support/plans.ts'
import { runScenario } from './support/run-stand-in.ts'

const plan = planFor(21)
const results: ResultsManifest = {
  sweep: { base: { scenario: 'flood' }, axes: [], seeds: plan.manifest.points[0]!.seeds },
  code: { version: '0.1.0', hash: CODE, commit: null },
  packages: {},
  node: '24.0.0',
  data: {}
}

/** In this thread: threads are tested elsewhere. */
const executor: Executor = {
  async run(jobs, { onDone }) {
    for (const job of jobs) await onDone(outcomeOf(job, await runJob(job, runScenario)))
  }
}

async function runShards(folder: string, of: number, sweep: SweepPlan = plan): Promise<string[]> {
  const folders = Array.from({ length: of }, (_, index) => join(folder, `shard-${index}`))
  for (const [index, into] of folders.entries()) {
    await runShardOfSweep(sweep, { index, of }, into, { executor, results })
  }
  return folders
}

describe('shards', () => {
  it('are written i/n, from 0', () => {
    assert.deepEqual(parseShard('0/8'), { index: 0, of: 8 })
    assert.deepEqual(parseShard('7/8'), { index: 7, of: 8 })
    for (const text of ['8/8', '-1/8', '1', '1/0', '1/x', '0/9999999', '']) {
      assert.throws(() => parseShard(text), { code: 'bad-shard' }, text)
    }
  })

  it('have every job in just one of them', () => {
    const jobs = [0, 1, 2].flatMap(index => shardOf(plan, { index, of: 3 }).jobs)
    assert.deepEqual(new Set(jobs), new Set(plan.jobs))
    assert.equal(jobs.length, plan.jobs.length)
  })

  it('merged leave the same bytes as threads of one process', () => {
    return inFolder(async folder => {
      await runSweep(plan, {
        executor: embeddedExecutor({ threads: 2, runModule: RUN_MODULE }),
        sink: openJournal(join(folder, 'whole'))
      })
      const shards = await openShards(await runShards(folder, 3))
      await copyShards(shards, openJournal(join(folder, 'merged')))
      assert.deepEqual(await treeOf(join(folder, 'merged')), await treeOf(join(folder, 'whole')))
    })
  })

  it('become a results folder, the same from any number of shards in any order', () => {
    return inFolder(async folder => {
      const three = await runShards(join(folder, '3'), 3)
      const { folder: first } = await mergeShards(three.toReversed(), join(folder, 'a'))
      const one = await runShards(join(folder, '1'), 1)
      const { folder: second } = await mergeShards(one, join(folder, 'b'))
      assert.ok((await treeOf(first)).length > plan.runs)
      assert.deepEqual(await treeOf(first), await treeOf(second))
    })
  })

  it('go on where they were cut short', () => {
    return inFolder(async folder => {
      const [shard] = await runShards(folder, 1)
      const complete = await treeOf(shard!)
      const [prefix] = await readdir(join(shard!, 'runs'))
      await rm(join(shard!, 'runs', prefix!), { recursive: true })
      const report = await runShardOfSweep(plan, { index: 0, of: 1 }, shard!, { executor, results })
      assert.ok(report.found > 0 && report.found < plan.runs)
      assert.deepEqual(await treeOf(shard!), complete)
    })
  })

  it('are not run into the folder of another', () => {
    return inFolder(async folder => {
      await runShards(folder, 1)
      const run = runShardOfSweep(plan, { index: 1, of: 2 }, join(folder, 'shard-0'), {
        executor,
        results
      })
      await assert.rejects(run, { code: 'other-manifest' })
    })
  })

  for (const [desc, code, spoil] of [
    ['none', 'missing-runs', async () => []],
    ['one missing', 'missing-runs', async folders => folders.slice(1)],
    [
      'one unfinished',
      'missing-runs',
      async folders => {
        await rm(join(folders[0]!, 'runs'), { recursive: true })
        return folders
      }
    ],
    [
      'one twice',
      'duplicate-run',
      async folders => {
        await cp(folders[0]!, `${folders[0]}-copy`, { recursive: true })
        return [...folders, `${folders[0]}-copy`]
      }
    ],
    [
      'one of another sweep',
      'other-manifest',
      async ([first, second]) => {
        await rm(second!, { recursive: true })
        const options = { executor, results }
        await runShardOfSweep(planFor(3), { index: 1, of: 2 }, second!, options)
        return [first!, second!]
      }
    ],
    ['no shard at all', 'bad-manifest', async folders => [...folders, `${folders[0]}/runs`]],
    [
      'one with a spoilt shard.json',
      'bad-manifest',
      async folders => {
        await writeFile(join(folders[1]!, 'shard.json'), '{"shard":{"index":5,"of":2}}')
        return folders
      }
    ]
  ] as readonly [string, string, (folders: string[]) => Promise<string[]>][]) {
    it(`are not merged with ${desc}`, () => {
      return inFolder(async folder => {
        const folders = await spoil(await runShards(folder, 2))
        await assert.rejects(openShards(folders), { code })
      })
    })
  }
})
