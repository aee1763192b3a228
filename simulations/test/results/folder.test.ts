import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { createResults, openResults } from '../../src/results/index.ts'
import { sha256 } from '../../src/results/json.ts'
import { isRunPath, runPath } from '../../src/results/run-path.ts'
import { manifestOf, outcomeOf, runOf, scratch, specOf, writeSweep } from './made-up.ts'

const RUN = 'runs/nodes=512/network.loss.permille=0/seed=1'

describe('results: folder', () => {
  const folders = scratch()
  after(() => folders.clear())

  it('is named by the hash of what decides its runs', async () => {
    const root = await folders.make()
    const one = await createResults(root, manifestOf([], [1]))
    const other = await createResults(root, manifestOf([], [1], 'b16b00b'))
    assert.match(one.folder, /\/[0-9a-f]{16}$/)
    assert.notEqual(one.folder, other.folder)
    assert.equal((await createResults(root, manifestOf([], [1]))).folder, one.folder)
  })

  it('keeps runs in hive layout and reads back what was written', async () => {
    const results = await writeSweep(await folders.make(), {
      nodes: [512, 4_096],
      seeds: [1, 10, 9]
    })
    assert.deepEqual((await results.runPaths()).slice(0, 3), [
      RUN,
      RUN.replace('seed=1', 'seed=9'),
      RUN.replace('seed=1', 'seed=10')
    ])
    const wanted = outcomeOf(specOf(512, 1))
    const record = await results.readRun(RUN)
    assert.deepEqual(record.summary, wanted.summary)
    assert.deepEqual(record.spec, specOf(512, 1))
    const column = await results.readColumn(RUN, record, 'detections', 'detectedMs')
    assert.deepEqual(column, wanted.tables['detections']!['detectedMs'])
    const nodes = await results.readColumn(RUN, record, 'detections', 'node')
    assert.deepEqual([...nodes.slice(0, 3)], [0, 3, 6])
  })

  it('says which runs it has, and leaves nothing of an interrupted write', async () => {
    const results = await createResults(await folders.make(), manifestOf([], [1, 2]))
    const run = runOf(specOf(512, 1))
    const parent = join(results.folder, 'runs/nodes=512')
    await mkdir(join(parent, '.seed=1.0123456789ab.tmp'), { recursive: true })
    await mkdir(join(parent, 'seed=1'))
    assert.equal(await results.has(run), false)
    await results.write(run, outcomeOf(run.spec))
    assert.equal(await results.has(run), true)
    assert.equal(await results.has({ ...run, id: 'f00d' }), false)
    assert.deepEqual(await readdir(parent), ['seed=1'])
  })

  it('takes the same run twice, at once too, and no other outcome of it', async () => {
    const results = await createResults(await folders.make(), manifestOf([], [1]))
    const run = runOf(specOf(512, 1))
    const outcome = outcomeOf(run.spec)
    await results.write(run, outcome)
    await Promise.all([results.write(run, outcome), results.write(run, outcome)])
    const summary = { ...outcome.summary, auditHash: 'feed' }
    await assert.rejects(results.write(run, { ...outcome, summary }), { code: 'conflicting-run' })
  })

  it('refuses tables it could not read back', async () => {
    const results = await createResults(await folders.make(), manifestOf([], [1]))
    const run = runOf(specOf(512, 1))
    const tables = { '../out': { a: Int32Array.of(1) } }
    await assert.rejects(results.write(run, { ...outcomeOf(run.spec), tables }), {
      code: 'too-large'
    })
    assert.equal(await results.has(run), false)
  })

  it('makes every value of an axis a path of its own inside the folder', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true }),
      fc.boolean()
    )
    fc.assert(
      fc.property(value, value, (a, b) => {
        const path = (of: string | number | boolean): string =>
          runPath({ ...specOf(8, 1), parameters: { p: of } }, [
            { field: 'parameters.p', values: [] }
          ])
        assert.ok(isRunPath(path(a)), path(a))
        if (String(a) !== String(b)) assert.notEqual(path(a), path(b))
      }),
      { seed: 3 }
    )
  })
})

describe('results: hostile folders', () => {
  const folders = scratch()
  after(() => folders.clear())

  async function damaged(path: string, change: (text: string) => string): Promise<string> {
    const { folder } = await writeSweep(await folders.make(), { seeds: [1] })
    const file = join(folder, path)
    await writeFile(file, change(await readFile(file, 'utf8')))
    return folder
  }

  const manifests = [
    { desc: 'no JSON', change: () => '{', code: 'damaged-results' },
    { desc: 'another format', change: () => '{"format":"x"}', code: 'not-results' },
    {
      desc: 'an edited seed',
      change: (t: string) => t.replace('1\n', '2\n'),
      code: 'damaged-results'
    },
    {
      desc: 'an unknown field',
      change: (t: string) => t.replace('{', '{"a":1,'),
      code: 'damaged-results'
    },
    {
      desc: 'a run outside the folder',
      change: (t: string) =>
        t.replace('"runs": []', '"runs": [{"path":"runs/../../etc","auditHash":"aa"}]'),
      code: 'damaged-results'
    },
    {
      desc: 'nesting without end',
      change: (t: string) =>
        t.replace('"values": [', `"values": [${'['.repeat(99)}${']'.repeat(99)},`),
      code: 'too-large'
    }
  ]
  for (const { desc, change, code } of manifests) {
    it(`refuses a manifest with ${desc}`, async () => {
      await assert.rejects(openResults(await damaged('manifest.json', change)), { code })
    })
  }

  it('refuses a folder that is none, or is not there', async () => {
    const root = await folders.make()
    await assert.rejects(openResults(root), { code: 'not-results' })
    await assert.rejects(openResults(join(root, 'nowhere')), { code: 'not-results' })
  })

  const summaries = [
    { desc: 'no JSON', change: () => 'x', code: 'damaged-results' },
    {
      desc: 'another run',
      change: (t: string) => t.replaceAll('512', '513'),
      code: 'damaged-results'
    },
    {
      desc: 'a measure that is no number',
      change: (t: string) => t.replace(/("detectionP50Ms": )\S+/, '$1"<b>",'),
      code: 'damaged-results'
    },
    {
      desc: 'a name that is markup',
      change: (t: string) => t.replace('"detectionP50Ms"', '"<script>"'),
      code: 'damaged-results'
    },
    { desc: '5 MiB', change: (t: string) => t + ' '.repeat(5 * 2 ** 20), code: 'too-large' }
  ]
  for (const { desc, change, code } of summaries) {
    it(`refuses a run’s summary with ${desc}`, async () => {
      const results = await openResults(await damaged(`${RUN}/summary.json`, change))
      await assert.rejects(results.readRun(RUN), { code })
    })
  }

  it('follows no link out of the folder', async () => {
    const { folder } = await writeSweep(await folders.make(), { seeds: [1] })
    const results = await openResults(folder)
    const place = join(folder, RUN.replace('seed=1', 'seed=2'))
    const outside = join(await folders.make(), 'seed=2')
    await mkdir(outside)
    await writeFile(join(outside, 'summary.json'), '{}')
    await symlink(outside, place)
    assert.equal((await results.runPaths()).length, 1)
    await assert.rejects(results.readRun(RUN.replace('seed=1', 'seed=2')), {
      code: 'damaged-results'
    })
  })

  it('refuses a table that is cut short, or has other rows than it says', async () => {
    const results = await writeSweep(await folders.make(), { seeds: [1] })
    const record = await results.readRun(RUN)
    const facts = record.tables['detections']!
    const lying = { ...record, tables: { detections: { ...facts, rows: 41 } } }
    const file = join(results.folder, RUN, 'detections.parquet')
    const read = (of: typeof record): Promise<Float64Array> =>
      results.readColumn(RUN, of, 'detections', 'detectedMs')
    await assert.rejects(read(lying), { code: 'damaged-results' })
    const cut = (await readFile(file)).subarray(0, 300)
    await writeFile(file, cut)
    await assert.rejects(read(record), { code: 'damaged-results', message: /was changed/ })
    const fitting = { ...record, tables: { detections: { ...facts, sha256: sha256(cut) } } }
    await assert.rejects(read(fitting), { code: 'damaged-results', message: /does not hold/ })
  })
})
