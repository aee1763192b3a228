import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { createResults, writeReport } from '../../src/results/index.ts'
import { sha256 } from '../../src/results/json.ts'
import { RELEASE } from '../../src/results/release.ts'
import type { RunOutcome } from '../../src/scenario/outcome.ts'
import type { RunSpec } from '../../src/scenario/spec.ts'
import { manifestOf, outcomeOf, runOf, scratch, specOf, writeSweep } from './made-up.ts'

/** Hash of each file of a tree, by path. */
async function tree(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
  const hashes: Record<string, string> = {}
  for (const file of files.sort()) hashes[file.slice(folder.length)] = sha256(await readFile(file))
  return hashes
}

function withMeasures(spec: RunSpec, more: RunOutcome['summary']['measures']): RunOutcome {
  const outcome = outcomeOf(spec)
  const measures = { ...outcome.summary.measures, ...more }
  return { ...outcome, summary: { ...outcome.summary, measures } }
}

describe('results: report', () => {
  const folders = scratch()
  let folder: string
  let page: string
  before(async () => {
    const root = await folders.make()
    const results = await writeSweep(root, { nodes: [512, 4_096, 32_768], loss: [0, 50] })
    folder = results.folder
    await writeReport(folder)
    page = await readFile(join(folder, 'report.html'), 'utf8')
  })
  after(() => folders.clear())

  /** The report of two seeds at each number of nodes. */
  async function reported(
    nodes: readonly number[],
    outcome: (spec: RunSpec) => RunOutcome
  ): Promise<{ folder: string; text: string }> {
    const axes = [{ field: 'nodes', values: nodes }]
    const results = await createResults(await folders.make(), manifestOf(axes, [1, 2]))
    for (const spec of nodes.flatMap(n => [specOf(n, 1), specOf(n, 2)])) {
      await results.write(runOf(spec), outcome(spec))
    }
    await writeReport(results.folder)
    const text = await readFile(join(results.folder, 'report.html'), 'utf8')
    return { folder: results.folder, text }
  }

  it('gives every figure n, a confidence interval and a text for who can’t see it', () => {
    const figures = page.match(/<figure[\s\S]*?<\/figure>/g)!
    assert.deepEqual(
      figures.map(figure => /id="([^"]*)"/.exec(figure)![1]),
      [
        'measure-detectionP50Ms',
        'measure-detectionP99Ms',
        'measure-falseRemovals',
        'growth-events',
        'growth-memory',
        'ecdf-detections-detectedMs'
      ]
    )
    for (const figure of figures) {
      const caption = figure.slice(figure.indexOf('<figcaption>'))
      assert.match(caption, /n = 6/)
      assert.match(caption, /95 % confidence interval/)
      assert.match(figure, /<svg[^>]*role="img"[^>]*aria-labelledby/)
      assert.match(figure, /<desc[^>]*>[^<]{40,}<\/desc>/)
      assert.match(figure, /95 % CI/)
    }
  })

  it('needs nothing but itself', () => {
    assert.match(page, /default-src 'none'/)
    assert.doesNotMatch(page, /<script|<link|<img|url\(|@import| src=/)
    const addresses = new Set(page.match(/https?:\/\/[^"' <)]+/g))
    assert.deepEqual([...addresses].sort(), [
      'http://www.w3.org/1999/xlink',
      'http://www.w3.org/2000/svg'
    ])
  })

  it('names no part of two figures alike', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(match => match[1])
    assert.equal(new Set(ids).size, ids.length)
  })

  it('says what was run, what broke, what was never reached, and how to repeat it', () => {
    for (const wanted of [
      /<b>3 violations<\/b> in 3 of 36 runs/,
      /no-false-removal[\s\S]*a &lt;live&gt; node was removed/,
      /Of 3 marked states 1 was never reached<\/b>: isolated/,
      /commit a05752c/,
      /aws33/,
      /crash, at 10\u2009000 ms, count 8/,
      /torusmesh sim reproduce/,
      /Growth with the number of nodes/
    ]) {
      assert.match(page, wanted)
    }
  })

  it('fits growth: events are linear in the nodes', () => {
    const row = /<th scope="row">Events<\/th><td class="num">36<\/td><td class="num">([^<]*)</.exec(
      page
    )
    assert.equal(row![1], '1.00 [1.00, 1.00]')
  })

  it('writes the same bytes for the same runs, in whatever order they came', async () => {
    const sweep = { nodes: [512, 4_096], seeds: [1, 2] }
    const trees = []
    for (const order of ['as planned', 'backwards']) {
      const root = await folders.make()
      const made = await writeSweep(root, sweep, specs =>
        order === 'backwards' ? specs.reverse() : specs
      )
      await writeReport(made.folder)
      if (order === 'backwards') await writeReport(made.folder)
      trees.push(await tree(root))
    }
    assert.deepEqual(trees[1], trees[0])
    const files = Object.keys(trees[0]!).map(path => path.replace(/^\/[0-9a-f]{16}\//, ''))
    assert.deepEqual(
      files.filter(path => !path.startsWith('runs/') && !path.startsWith('figures/')),
      [
        'README.txt',
        'analysis.ipynb',
        'manifest.json',
        'report.html',
        'ro-crate-metadata.json',
        'summary.parquet'
      ]
    )
  })

  it('writes the same bytes whatever the order of a spec’s fields', async () => {
    const turned = <T>(value: T): T =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? (Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, inner]) => [key, turned(inner)])
          ) as T)
        : value
    const trees = []
    for (const turn of [<T>(value: T): T => value, turned]) {
      const root = await folders.make()
      const axes = [{ field: 'network.loss', values: [{ model: 'uniform', permille: 0 }] }]
      const results = await createResults(root, turn(manifestOf(axes, [1])))
      await results.write(runOf(turn(specOf(512, 1))), outcomeOf(specOf(512, 1)))
      await writeReport(results.folder)
      trees.push(await tree(root))
    }
    assert.deepEqual(trees[1], trees[0])
  })

  it('has one row a run in summary.parquet', async () => {
    const bytes = await readFile(join(folder, 'summary.parquet'))
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const rows = await parquetReadObjects({ file })
    assert.equal(rows.length, 36)
    const { summary } = outcomeOf(specOf(512, 1))
    const row = rows[0]!
    assert.equal(row['auditHash'], summary.auditHash)
    assert.equal(row['measures.detectionP99Ms'], summary.measures['detectionP99Ms'])
    assert.equal(row['measures.falseRemovals'], null)
    assert.equal(row['network.loss.permille'], 0)
    assert.equal(row['sometimes.suspected'], BigInt(summary.sometimes['suspected']!))
  })

  it('describes itself: notebook of nbformat 4, RO-Crate whose parts are there', async () => {
    const notebook = JSON.parse(await readFile(join(folder, 'analysis.ipynb'), 'utf8'))
    assert.equal(notebook.nbformat, 4)
    const ids = notebook.cells.map((cell: { id: string }) => cell.id)
    assert.equal(new Set(ids).size, ids.length)
    assert.match(JSON.stringify(notebook), /read_parquet\('summary.parquet'\)/)
    const crate = JSON.parse(await readFile(join(folder, 'ro-crate-metadata.json'), 'utf8'))
    const graph = new Map(crate['@graph'].map((one: { '@id': string }) => [one['@id'], one]))
    const root = graph.get('./') as { datePublished: string; hasPart: { '@id': string }[] }
    assert.equal(root.datePublished, '2026-11-21')
    for (const { '@id': id } of root.hasPart) {
      assert.ok(graph.has(id))
      if (!id.endsWith('/')) await readFile(join(folder, id))
    }
  })

  it('draws the seeds of a single point', async () => {
    const results = await createResults(await folders.make(), manifestOf([], [1, 2]))
    for (const seed of [1, 2]) {
      const spec = specOf(512, seed)
      await results.write(runOf(spec), { ...outcomeOf(spec), tables: {} })
    }
    await writeReport(results.folder)
    const text = await readFile(join(results.folder, 'report.html'), 'utf8')
    assert.match(text, /id="seeds-detectionP50Ms"[\s\S]*One dot a seed, n = 2/)
    assert.doesNotMatch(text, /Growth with/)
  })

  it('draws a line for what varies, and says what doesn’t', async () => {
    const outcome = (spec: RunSpec): RunOutcome => withMeasures(spec, { missed: 0, quiet: null })
    const { text } = await reported([512, 4_096], outcome)
    assert.match(text, /id="measure-detectionP50Ms"/)
    assert.doesNotMatch(text, /id="measure-(missed|quiet)"/)
    assert.match(text, /The same in all runs, and not drawn: missed 0\./)
    assert.match(text, /Measured in no run: false removals and quiet\./)
    assert.match(text, /Missed<\/th><\/tr>\s*<tr><td>all 2 points<\/td><td class="num">4<\/td>/)
  })

  it('weighs the rows of a histogram, and leaves out who has no value', async () => {
    const delayMs = Float64Array.of(10, 20, 30, Number.NaN)
    const delays = { delayMs, count: Int32Array.of(1, 1, 98, 5) }
    const { folder } = await reported([512], spec => ({ ...outcomeOf(spec), tables: { delays } }))
    const path = join(folder, 'figures/ecdf-delays-delayMs.vl.json')
    const { data } = JSON.parse(await readFile(path, 'utf8'))
    assert.deepEqual(
      data.values.map((row: { x: number; y: number }) => [row.x, row.y]),
      [
        [10, 0.01],
        [20, 0.02],
        [30, 1]
      ]
    )
  })

  it('draws no distribution of times of the clock', async () => {
    const crashes = { crashedAtMs: Int32Array.of(5, 6), atMs: Int32Array.of(7, 8) }
    const { text } = await reported([512], spec => ({ ...outcomeOf(spec), tables: { crashes } }))
    assert.doesNotMatch(text, /id="ecdf-/)
  })

  it('keeps legends within the figure, however long their labels', async () => {
    const values = [
      'a latency model with a rather long name',
      'another one that is no shorter',
      'c'
    ]
    const axes = [
      { field: 'nodes', values: [512, 4_096] },
      { field: 'parameters.kind', values }
    ]
    const results = await createResults(await folders.make(), manifestOf(axes, [1, 2]))
    for (const nodes of [512, 4_096]) {
      for (const kind of values) {
        for (const seed of [1, 2]) {
          const spec = { ...specOf(nodes, seed), parameters: { kind } }
          const run = { id: sha256(JSON.stringify(spec)), spec }
          await results.write(run, outcomeOf(spec))
        }
      }
    }
    await writeReport(results.folder)
    for (const name of ['measure-detectionP50Ms', 'ecdf-detections-detectedMs']) {
      const svg = await readFile(join(results.folder, `figures/${name}.svg`), 'utf8')
      for (const kind of values) assert.ok(svg.includes(kind), `${name}: ${kind}`)
      const { layer } = JSON.parse(
        await readFile(join(results.folder, `figures/${name}.vl.json`), 'utf8')
      )
      assert.equal(layer[0].encoding.color.legend.columns, 2 - Number(name.startsWith('ecdf')))
    }
  })

  it('says one of one thing', async () => {
    const broken = (spec: RunSpec): RunOutcome => {
      const outcome = outcomeOf(spec)
      const violation = { property: 'p', atMs: 1, node: 0, what: 'broke' }
      const violations = spec.seed === 1 ? [violation] : []
      const summary = { ...outcome.summary, violations: violations.length }
      return { ...outcome, summary, violations }
    }
    const { text, folder } = await reported([512], broken)
    assert.match(text, /<b>1 violation<\/b> in 1 of 2 runs/)
    assert.match(await readFile(join(folder, 'README.txt'), 'utf8'), /2 at 1 point,/)
  })

  it('describes itself where nobody knows the day of its code', async () => {
    const made = manifestOf([], [1])
    const { date: _, ...code } = { ...made.code, commit: null }
    const results = await createResults(await folders.make(), { ...made, code })
    await results.write(runOf(specOf(512, 1)), outcomeOf(specOf(512, 1)))
    await writeReport(results.folder)
    const text = await readFile(join(results.folder, 'ro-crate-metadata.json'), 'utf8')
    const graph = JSON.parse(text)['@graph'] as Record<string, unknown>[]
    const root = graph.find(one => one['@id'] === './')!
    assert.equal(root['datePublished'], RELEASE.day)
    const license = root['license'] as { '@id': string }
    assert.ok(graph.some(one => one['@id'] === license['@id']))
    const release = fileURLToPath(new URL('../../package.json', import.meta.url))
    const { version } = JSON.parse(await readFile(release, 'utf8'))
    assert.equal(RELEASE.version, version, 'give the new release its day in results/release.ts')
  })

  it('has a notebook that groups by columns there are', async () => {
    const axes = [{ field: 'duration', values: ['1m', '2m'] }]
    const results = await createResults(await folders.make(), manifestOf(axes, [1, 2]))
    for (const durationMs of [60_000, 120_000]) {
      for (const seed of [1, 2]) {
        const spec = { ...specOf(512, seed), durationMs }
        await results.write(runOf(spec), outcomeOf(spec))
      }
    }
    await writeReport(results.folder)
    const text = await readFile(join(results.folder, 'analysis.ipynb'), 'utf8')
    assert.match(text, /by = \[\\"durationMs\\"\]/)
  })

  it('waits for all runs', async () => {
    const results = await createResults(await folders.make(), manifestOf([], [1, 2]))
    await results.write(runOf(specOf(512, 1)), outcomeOf(specOf(512, 1)))
    await assert.rejects(writeReport(results.folder), { code: 'incomplete-results' })
  })
})
