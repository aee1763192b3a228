import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeLeftovers, temporaryBeside, writeAtomically } from '../sweep/atomic-file.ts'
import { ResultsError } from './errors.ts'
import { ecdfFigures } from './figures/ecdf-figure.ts'
import type { Figure } from './figures/figure.ts'
import { renderSvg } from './figures/render.ts'
import { seedsFigure } from './figures/seeds-figure.ts'
import { type Quantity, sweepFigure } from './figures/sweep-figure.ts'
import { openResults, type Results } from './folder.ts'
import { prettyJson } from './json.ts'
import { counted, labelOf, listed, numberText } from './labels.ts'
import { type ManifestFile, manifestFile, sweepSize } from './manifest.ts'
import { notebook } from './notebook.ts'
import { writeNullable } from './parquet.ts'
import { constant, measure, measured, type Survey, survey } from './points.ts'
import { readme } from './readme.ts'
import { type DrawnFigure, reportPage } from './report/page.ts'
import { roCrate } from './ro-crate.ts'
import { summaryColumns } from './summary-table.ts'

/** Measures beyond these are in the table alone. */
const MAX_MEASURE_FIGURES = 24

const COSTS: readonly Quantity[] = [
  { name: 'events', id: 'growth-events', pick: summary => summary.events, growth: true },
  {
    name: 'memoryBytes',
    id: 'growth-memory',
    pick: summary => summary.bytesPerNode * summary.nodes,
    growth: true
  }
]

export interface ReportFacts {
  /** Of `report.html`, absolute. */
  readonly path: string
  readonly runs: number
  readonly figures: number
}

/**
 * Finishes a results folder: audit hashes into the manifest, `summary.parquet`, figures,
 * `report.html`, notebook, RO-Crate and README. The same runs give the same bytes; may be repeated.
 *
 * @throws ResultsError `incomplete-results` while runs are missing, and what reading them can say.
 */
export async function writeReport(path: string): Promise<ReportFacts> {
  const results = await openResults(path)
  const found = await survey(results)
  const expected = sweepSize(results.manifest.sweep)
  if (found.runs.length !== expected) {
    throw new ResultsError(
      'incomplete-results',
      `${path} holds ${found.runs.length} of ${expected} runs; run the sweep again to fill it in`
    )
  }
  const manifest = manifestFile(
    results.manifest,
    found.runs.map(run => ({ path: run.path, auditHash: run.record.summary.auditHash }))
  )
  const { folder } = results
  await writeSummary(folder, found, manifest)
  const figures = await writeFigures(results, found, manifest)
  await writeAtomically(join(folder, 'analysis.ipynb'), notebook(manifest, found))
  await writeAtomically(join(folder, 'ro-crate-metadata.json'), roCrate(manifest, found, figures))
  await writeAtomically(join(folder, 'README.txt'), readme(manifest, found))
  await writeAtomically(join(folder, 'manifest.json'), prettyJson(manifest))
  await removeLeftovers(folder)
  return { path: join(folder, 'report.html'), runs: found.runs.length, figures: figures.length }
}

async function writeSummary(folder: string, found: Survey, manifest: ManifestFile): Promise<void> {
  const path = join(folder, 'summary.parquet')
  const temporary = temporaryBeside(path)
  writeNullable(temporary, summaryColumns(found, manifest))
  await rename(temporary, path)
}

/** Draws everything, writes the page, and returns the figures. */
async function writeFigures(
  results: Results,
  found: Survey,
  manifest: ManifestFile
): Promise<Figure[]> {
  const { folder } = results
  const drawn = async (figures: readonly Figure[]): Promise<DrawnFigure[]> => {
    const done: DrawnFigure[] = []
    for (const figure of figures) done.push({ figure, svg: await renderSvg(figure) })
    return done
  }
  const quantities = found.measures.map(
    (name): Quantity => ({ name, id: `measure-${name}`, pick: measure(name) })
  )
  const varying = quantities.filter(({ pick }) => constant(found, pick) === undefined)
  const measures = await drawn(
    varying.slice(0, MAX_MEASURE_FIGURES).flatMap(quantity => {
      const figure =
        found.axes.length > 0
          ? sweepFigure(found, quantity)
          : seedsFigure(found.points[0]!, quantity.name)
      return figure ?? []
    })
  )
  const grows = found.axes[0]?.field === 'nodes'
  const growth = await drawn(grows ? COSTS.flatMap(cost => sweepFigure(found, cost) ?? []) : [])
  const distributions = await drawn(await ecdfFigures(results, found))
  const all = [...measures, ...growth, ...distributions]
  const page = reportPage({
    manifest,
    survey: found,
    measures,
    growth,
    distributions,
    quantities: grows ? [...COSTS, ...quantities] : [],
    omitted: omittedText(found, varying.length - MAX_MEASURE_FIGURES)
  })
  await writeFigureFiles(folder, all)
  await writeAtomically(join(folder, 'report.html'), page)
  return all.map(one => one.figure)
}

/** What has no figure, and why. */
function omittedText(found: Survey, tooMany: number): string {
  const same = found.measures.flatMap(name => {
    const value = constant(found, measure(name))
    const { text, unit = '' } = labelOf(name)
    return value === undefined ? [] : `${text.toLowerCase()} ${numberText(value)} ${unit}`.trim()
  })
  const never = found.measures
    .filter(name => found.points.every(point => measured(point, measure(name)).length === 0))
    .map(name => labelOf(name).text.toLowerCase())
  return [
    ...(same.length > 0 ? [`The same in all runs, and not drawn: ${listed(same)}.`] : []),
    ...(never.length > 0 ? [`Measured in no run: ${listed(never)}.`] : []),
    ...(tooMany > 0 ? [`In the table alone: ${counted(tooMany, 'more measure')}.`] : [])
  ].join(' ')
}

/** Figures of an earlier report that are no more go. */
async function writeFigureFiles(folder: string, figures: readonly DrawnFigure[]): Promise<void> {
  const place = join(folder, 'figures')
  await mkdir(place, { recursive: true })
  const kept = new Set<string>()
  for (const { figure, svg } of figures) {
    const files = { svg: `${svg}\n`, 'vl.json': prettyJson(figure.spec) }
    for (const [ending, text] of Object.entries(files)) {
      const name = `${figure.id}.${ending}`
      kept.add(name)
      await writeAtomically(join(place, name), text)
    }
  }
  for (const name of await readdir(place)) {
    if (!kept.has(name) && /\.(svg|vl\.json|tmp)$/.test(name)) await rm(join(place, name))
  }
}
