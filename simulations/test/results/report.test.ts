import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { createResults, writeReport } from '../../src/results/index.ts'
import { sha256 } from '../../src/results/json.ts'
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
      /1 of 3 marked states were never reached<\/b>: isolated/,
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

  it('waits for all runs', async () => {
    const results = await createResults(await folders.make(), manifestOf([], [1, 2]))
    await results.write(runOf(specOf(512, 1)), outcomeOf(specOf(512, 1)))
    await assert.rejects(writeReport(results.folder), { code: 'incomplete-results' })
  })
})
