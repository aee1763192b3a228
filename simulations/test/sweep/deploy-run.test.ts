import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { createResults, writeReport } from '../../src/results/index.ts'
import type { ResultsManifest } from '../../src/results/manifest.ts'
import { runScenario } from '../../src/scenario/run.ts'
import { sweepOf, sweepRuns } from '../../src/scenario/sweep-of.ts'
import type { Executor } from '../../src/sweep/executor.ts'
import { mergeShards } from '../../src/sweep/merge.ts'
import { planSweep } from '../../src/sweep/plan.ts'
import { outcomeOf, runJob } from '../../src/sweep/run-job.ts'
import { runSweep } from '../../src/sweep/run-sweep.ts'
import { parseShard, runShardOfSweep } from '../../src/sweep/shard.ts'
import { inFolder, treeOf } from './support/folders.ts'

const run = promisify(execFile)
const manifest = (name: string): string =>
  fileURLToPath(new URL(`../../../deploy/simulations/${name}`, import.meta.url))

const sweep = sweepOf({
  scenario: 'broadcast',
  duration: '4s',
  parameters: { warmupMs: 1_000, settleMs: 2_000 },
  sweep: {
    axes: {
      nodes: [27, 64],
      'network.latency': [
        { model: 'uniform', minMs: 5, maxMs: 9 },
        { model: 'constant', oneWayMs: 7 }
      ]
    },
    seeds: { from: 1, count: 3 }
  }
})
const plan = planSweep(sweepRuns(sweep), 'c0de'.repeat(16))
const results: ResultsManifest = {
  sweep,
  code: { version: '0.1.0', hash: 'c0de'.repeat(16), commit: null },
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

/** The words after `torusmesh sim`. */
type Call = readonly string[]

const optionOf = (call: Call, option: string): string => call[call.indexOf(option) + 1]!

/** A `torusmesh` that only writes down how it was called, and a shell that finds it. */
async function recorder(folder: string): Promise<{
  shell(args: readonly string[], env?: Record<string, string>): Promise<Call[]>
}> {
  const bin = join(folder, 'bin')
  const log = join(folder, 'calls')
  await mkdir(bin)
  await writeFile(join(bin, 'torusmesh'), `#!/bin/sh\n(printf '%s\\t' "$@"; echo) >> ${log}\n`)
  await chmod(join(bin, 'torusmesh'), 0o755)
  await writeFile(log, '')
  return {
    async shell(args, env = {}) {
      const PATH = `${bin}${delimiter}${process.env['PATH']}`
      await run('sh', args, { env: { ...process.env, ...env, PATH }, cwd: folder })
      const lines = (await readFile(log, 'utf8')).split('\n').slice(0, -1)
      await writeFile(log, '')
      return lines.map(line => line.split('\t').slice(0, -1))
    }
  }
}

/** Does what the calls say: every shard into its folder. */
async function runShards(calls: readonly Call[]): Promise<void> {
  for (const call of calls) {
    assert.deepEqual(call.slice(0, 2), ['sim', 'sweep'])
    const shard = parseShard(optionOf(call, '--shard'))
    const report = await runShardOfSweep(plan, shard, optionOf(call, '--out'), {
      executor,
      results
    })
    assert.deepEqual(report.failures, [])
  }
}

/** That the shards, merged as the call says, are what one machine makes, byte for byte. */
async function assertWhole(call: Call, folder: string): Promise<void> {
  const [sim, merge, ...rest] = call
  assert.deepEqual([sim, merge], ['sim', 'merge'])
  const merged = await mergeShards(rest.slice(0, rest.indexOf('--out')), optionOf(call, '--out'))
  await writeReport(merged.folder)
  const whole = await createResults(join(folder, 'whole'), results)
  await runSweep(plan, { executor, sink: whole })
  await writeReport(whole.folder)
  assert.deepEqual(await treeOf(merged.folder), await treeOf(whole.folder))
}

async function hasParallel(): Promise<boolean> {
  const { stdout } = await run('parallel', ['--version']).catch(() => ({ stdout: '' }))
  return stdout.includes('GNU parallel')
}

const isParallelHere = await hasParallel()

describe('manifests of sweeps, run', () => {
  it('make one whole sweep as a Slurm array', () => {
    return inFolder(async folder => {
      const { shell } = await recorder(folder)
      const calls: Call[] = []
      for (let task = 0; task < 3; task++) {
        const env = {
          SLURM_ARRAY_TASK_ID: String(task),
          SLURM_ARRAY_TASK_COUNT: '3',
          SLURM_CPUS_PER_TASK: '4'
        }
        calls.push(...(await shell([manifest('slurm-array.sh'), 'sweep.yaml', folder], env)))
      }
      assert.deepEqual(
        calls.map(call => [call[2], optionOf(call, '--shard'), optionOf(call, '--threads')]),
        ['0/3', '1/3', '2/3'].map(shard => ['sweep.yaml', shard, '4'])
      )
      await runShards(calls)
      // The merge that the file's own comment submits.
      const [, wrap] = /--wrap '([^']*)'/.exec(await readFile(manifest('slurm-array.sh'), 'utf8'))!
      const line = wrap!.replaceAll('/scratch/sweep', folder)
      const [merge] = await shell(['-c', line])
      await assertWhole(merge!, folder)
    })
  })

  it('run a task of a Slurm array again as the shard it was', () => {
    return inFolder(async folder => {
      const { shell } = await recorder(folder)
      const [call] = await shell([manifest('slurm-array.sh'), 'sweep.yaml', folder], {
        SLURM_ARRAY_TASK_ID: '17',
        SLURM_ARRAY_TASK_COUNT: '1',
        SLURM_CPUS_PER_TASK: '4',
        SHARDS: '100'
      })
      assert.equal(optionOf(call!, '--shard'), '17/100')
    })
  })

  it('make one whole sweep as a Kubernetes indexed Job', () => {
    return inFolder(async folder => {
      const text = await readFile(manifest('kubernetes-indexed-job.yaml'), 'utf8')
      const [, job, merge] = parseAllDocuments(text).map(document => document.toJS())
      const { completions, template } = job.spec
      const [shard] = template.spec.containers
      const calls = Array.from({ length: completions }, (_, index): Call => {
        // What the kubelet does with $(NAME); it has no shell.
        const words: string[] = [...shard.command, ...shard.args].map((word: string) =>
          word.replaceAll('$(JOB_COMPLETION_INDEX)', String(index)).replace(/^\/out(?=\/)/, folder)
        )
        return words.slice(1)
      })
      assert.equal(new Set(calls.map(call => optionOf(call, '--out'))).size, completions)
      await runShards(calls)
      const { shell } = await recorder(folder)
      const [command, flag, line] = merge.spec.template.spec.containers[0].command
      assert.deepEqual([command, flag], ['sh', '-c'])
      const [call] = await shell([flag, line.replaceAll('/out/', `${folder}/`)])
      await assertWhole(call!, folder)
    })
  }).timeout(20_000)

  if (!isParallelHere) {
    process.stdout.write('    skipped: GNU parallel is not installed (Debian: parallel)\n')
    return
  }
  it('make one whole sweep under GNU parallel', async function () {
    this.timeout(20_000)
    await inFolder(async folder => {
      const { shell } = await recorder(folder)
      // Shards are there by the time the script looks for them.
      await runShards(
        Array.from({ length: 32 }, (_, i) => [
          ...['sim', 'sweep', '--shard', `${i}/32`],
          ...['--out', join(folder, 'out/shards', String(i))]
        ])
      )
      const calls = await shell([manifest('gnu-parallel.sh'), 'sweep.yaml', 'out', ':'])
      const merge = calls.at(-1)!
      const shards = calls.slice(0, -1).map(call => {
        const shard = optionOf(call, '--shard')
        assert.equal(optionOf(call, '--out'), `out/shards/${parseShard(shard).index}`)
        return shard
      })
      assert.deepEqual(new Set(shards), new Set(Array.from({ length: 32 }, (_, i) => `${i}/32`)))
      assert.equal((await readdir(join(folder, 'out/shards'))).length, 32)
      await assertWhole(
        merge.map(word => word.replace(/^out\//, `${folder}/out/`)),
        folder
      )
    })
  })
})
