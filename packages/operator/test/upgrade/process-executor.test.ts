import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Bench,
  type BenchFate,
  codeOf,
  complies
} from '../../../upgrade/test/execute/compliance.ts'
import type { Launch } from '../../src/upgrade/child.ts'
import type { NodeReadiness, UpgradeJob } from '../../src/upgrade/port.ts'
import { ProcessExecutor } from '../../src/upgrade/process-executor.ts'
import { folderSource } from '../../src/upgrade/source.ts'
import { ArtefactStore } from '../../src/upgrade/store.ts'
import { Supervised } from '../../src/upgrade/supervised.ts'

/** Artefacts are tiny programs; what differs between two of a kind is a comment. */
const PROGRAMS = {
  good: `process.send('ready'); setInterval(() => {}, 1000)`,
  'crash-at-start': `process.exit(1)`,
  'never-ready': `setInterval(() => {}, 1000)`,
  'wrong-bytes': `process.send('ready'); setInterval(() => {}, 1000)`,
  'fails-in-place': `if (process.env.TORUSMESH_UPGRADE_PROBE !== '1') process.exit(1)
process.send('ready'); setInterval(() => {}, 1000)`,
  'dies-later': `process.send('ready')
setTimeout(() => {}, process.env.TORUSMESH_UPGRADE_PROBE === '1' ? 60_000 : 50)`
} as const
type Program = keyof typeof PROGRAMS

const launch: Launch = {
  command: path => [process.execPath, path],
  env: { PATH: '/usr/bin:/bin' },
  cwd: tmpdir()
}

const READY: NodeReadiness = {
  missing: () => Promise.resolve([]),
  heal: () => Promise.resolve([])
}

interface ProcessBench extends Bench {
  readonly executor: ProcessExecutor
  readonly supervised: Supervised
  readonly store: ArtefactStore
  readonly folder: string
  readonly old: string
}

async function bench(program: Program, node: NodeReadiness = READY): Promise<ProcessBench> {
  const folder = await mkdtemp(join(tmpdir(), 'process-executor-'))
  const mirror = join(folder, 'mirror')
  await mkdir(mirror)
  const put = async (text: string): Promise<string> => {
    const sha256 = createHash('sha256').update(text).digest('hex')
    await writeFile(join(mirror, sha256), text)
    return sha256
  }
  const oldText = `// 1\n${PROGRAMS.good}`
  const newText = `// 2\n${PROGRAMS[program]}`
  const old = await put(oldText)
  const sha256 = await put(newText)
  if (program === 'wrong-bytes') await writeFile(join(mirror, sha256), newText.replace('2', '3'))
  const store = new ArtefactStore({
    folder: join(folder, 'artefacts'),
    sources: [folderSource(mirror)],
    freeBytes: () => Promise.resolve(2 ** 40)
  })
  const supervised = new Supervised({ launch, restarts: 1, graceMs: 500 })
  const executor = new ProcessExecutor({
    currentPath: join(folder, 'current'),
    store,
    supervised,
    probe: launch,
    node,
    settleMs: 200
  })
  const ref = { platform: 'any', location: 'x' }
  await store.fetch({ ...ref, sha256: old, sizeBytes: oldText.length }, 1_000)
  assert.equal(codeOf(await executor.resume(old, 5_000)), 'ok')
  const job: UpgradeJob = {
    plan: '9'.repeat(64),
    service: 'tiny',
    kind: 'process',
    version: 2,
    artefact: { ...ref, sha256, sizeBytes: newText.length },
    previous: { sha256: old },
    preflight: ['synced'],
    timeouts: {
      ...{ stageMs: 5_000, probeMs: program === 'never-ready' ? 300 : 5_000, swapMs: 5_000 },
      ...{ verifyMs: 5_000, rollbackMs: 5_000, bakeMs: 0 }
    }
  }
  return {
    ...{ executor, job, supervised, store, folder, old },
    runs: () => Promise.resolve(supervised.digest),
    async close() {
      await supervised.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function using(
  made: Promise<ProcessBench>,
  work: (b: ProcessBench) => Promise<void>
): Promise<void> {
  const at = await made
  await work(at).finally(() => at.close())
}

describe('process executor', () => {
  complies((fate: BenchFate) => bench(fate))

  it('an artefact that fails only in its place is rolled back', () =>
    using(bench('fails-in-place'), async ({ executor, job, runs, old }) => {
      for (const step of ['stage', 'probe'] as const) {
        assert.equal(codeOf(await executor.run(step, job)), 'ok')
      }
      assert.equal(codeOf(await executor.run('swap', job)), 'start-failed')
      assert.deepEqual(await executor.run('rollback', job), { ok: true, digest: old })
      assert.equal(await runs(), old)
    }))

  it('an artefact that dies after it was ready is found out, and rolled back', () =>
    using(bench('dies-later'), async ({ executor, job, runs, old }) => {
      for (const step of ['stage', 'probe', 'swap'] as const) {
        assert.equal(codeOf(await executor.run(step, job)), 'ok')
      }
      assert.equal(codeOf(await executor.run('verify', job)), 'died')
      assert.deepEqual(await executor.run('rollback', job), { ok: true, digest: old })
      assert.equal(await runs(), old)
    }))

  it('after a restart of the machine runs what is to run', () =>
    using(bench('good'), async ({ executor, job, supervised, old, runs }) => {
      for (const step of ['stage', 'swap'] as const) {
        assert.equal(codeOf(await executor.run(step, job)), 'ok')
      }
      await supervised.stop()
      assert.equal(await runs(), undefined)
      assert.equal(codeOf(await executor.resume(old, 5_000)), 'ok')
      assert.equal(await runs(), job.artefact.sha256)
    }))

  it('bytes that changed on the disk never run', () =>
    using(bench('good'), async ({ executor, job, store, runs, old }) => {
      assert.equal(codeOf(await executor.run('stage', job)), 'ok')
      const path = store.pathOf(job.artefact.sha256)
      await chmod(path, 0o700)
      await writeFile(path, `// 4\n${PROGRAMS.good}`)
      for (const step of ['probe', 'swap'] as const) {
        assert.equal(codeOf(await executor.run(step, job)), 'wrong-artefact', step)
      }
      assert.equal(await runs(), old)
    }))

  it('without a way back nothing begins', () =>
    using(bench('good'), async ({ executor, job, store, old }) => {
      const other = { ...job, previous: { sha256: job.artefact.sha256 } }
      assert.equal(codeOf(await executor.run('preflight', other)), 'wrong-previous')
      await writeFile(store.pathOf(old), 'damaged')
      assert.equal(codeOf(await executor.run('preflight', job)), 'wrong-previous')
    }))

  it('a node that isn’t ready says what is missing', () =>
    using(bench('good', { ...READY, missing: checks => Promise.resolve(checks) }), async bench => {
      const outcome = await bench.executor.run('preflight', bench.job)
      assert.deepEqual(outcome, { ok: false, code: 'not-ready', message: 'mend first: synced' })
    }))

  it('dependents that stay unwell fail the upgrade', () =>
    using(bench('good', { ...READY, heal: () => Promise.resolve(['wallet']) }), async bench => {
      assert.equal(codeOf(await bench.executor.run('heal', bench.job)), 'dependents-unwell')
    }))

  it('cleans up to what runs alone', () =>
    using(bench('good'), async ({ executor, job, store, folder }) => {
      for (const step of ['stage', 'swap', 'clean'] as const) await executor.run(step, job)
      assert.deepEqual(await store.list(), [job.artefact.sha256])
      assert.equal(await readFile(join(folder, 'current'), 'utf8'), `${job.artefact.sha256}\n`)
    }))
})
