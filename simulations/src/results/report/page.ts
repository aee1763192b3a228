import type { Figure } from '../figures/figure.ts'
import type { Quantity } from '../figures/sweep-figure.ts'
import { counted, labelOf, listed, rangesText } from '../labels.ts'
import type { ManifestFile } from '../manifest.ts'
import type { Survey } from '../points.ts'
import { html, type Markup } from './html.ts'
import { setup } from './setup.ts'
import { STYLE } from './style.ts'
import { growthTable, marksTable, measuresTable, neverText, violationsTable } from './tables.ts'

/** A figure, drawn. */
export interface DrawnFigure {
  readonly figure: Figure
  readonly svg: string
}

/** What a report shows, in its order. */
export interface ReportParts {
  readonly manifest: ManifestFile
  readonly survey: Survey
  readonly measures: readonly DrawnFigure[]
  readonly growth: readonly DrawnFigure[]
  readonly distributions: readonly DrawnFigure[]
  /** For the table of exponents. */
  readonly quantities: readonly Quantity[]
  /** What was not drawn, in words; empty for nothing. */
  readonly omitted: string
}

/** One HTML page that needs nothing else: no script, no network, no font. */
export function reportPage(parts: ReportParts): string {
  const { manifest, survey, measures, growth, distributions, quantities, omitted } = parts
  let number = 0
  const draw = (figures: readonly DrawnFigure[]): Markup[] =>
    figures.map(figure => figureOf(figure, ++number))
  const scenario = labelOf(manifest.sweep.base.scenario).text
  const over = listed(survey.axes.map(axis => axis.title.toLowerCase().replace(/ \(.*\)$/, '')))
  const title = over === '' ? scenario : `${scenario} over ${over}`
  const exponents = growthTable(survey, quantities)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title} – simulation ${manifest.hash}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body><main>
<h1>${title}</h1>
<p class="lead">${lead(manifest, survey)}</p>
${verdict(survey)}
${setup(manifest, survey)}
<h2>Measures</h2>
${draw(measures)}
${omitted === '' ? html`` : html`<p class="soft">${omitted}</p>`}
${measuresTable(survey)}
${section('Growth', [...draw(growth), exponents])}
${section('Distributions', draw(distributions))}
<h2>States reached</h2>
${marksTable(survey)}
<h2>Violations</h2>
${violationsTable(survey)}
${reproduction(manifest, survey)}
</main></body>
</html>
`.markup
}

function lead({ sweep }: ManifestFile, { runs, points }: Survey): string {
  const where = points.length === 1 ? 'one point' : counted(points.length, 'point')
  const seeds = `${sweep.seeds.length === 1 ? 'seed' : 'seeds'} ${rangesText(sweep.seeds)}`
  return `${counted(runs.length, 'deterministic simulation run')}: ${where}, ${seeds}.`
}

function verdict({ runs, marks }: Survey): Markup {
  const broken = runs.filter(({ record }) => record.summary.violations > 0)
  const total = broken.reduce((sum, { record }) => sum + record.summary.violations, 0)
  const never = marks.filter(name => runs.every(({ record }) => !record.summary.sometimes[name]))
  const reached =
    marks.length === 0
      ? ''
      : never.length === 0
        ? ` All ${marks.length} states of interest were reached.`
        : ` Of ${marks.length} states of interest ${neverText(never.length)}.`
  return total === 0
    ? html`<p class="verdict good"><b>No violation</b> in ${counted(runs.length, 'run')}.${reached}</p>`
    : html`<p class="verdict bad"><b>${counted(total, 'violation')}</b> in ${broken.length} of ${counted(runs.length, 'run')}.${reached}</p>`
}

function figureOf({ figure, svg }: DrawnFigure, number: number): Markup {
  return html`<figure id="${figure.id}">${{ markup: svg }}<figcaption><b>Figure ${number}. ${figure.title}.</b> ${figure.caption}</figcaption></figure>`
}

function section(title: string, content: readonly Markup[]): Markup {
  return content.every(one => one.markup === '') ? html`` : html`<h2>${title}</h2>${content}`
}

function reproduction({ hash, code }: ManifestFile, { runs }: Survey): Markup {
  return html`<h2>Reproduce</h2>
<p>Runs are decided by their settings and seeds alone, on any number of threads. With the code of ${code.commit === null ? 'the same version' : `commit ${code.commit}`},</p>
<pre><code>torusmesh sim reproduce results/${hash}</code></pre>
<p>runs each again and ends in <code>${runs.length}/${runs.length} audit hashes equal</code>. The data lie beside this page: <code>summary.parquet</code> has a row for each run, <code>runs/</code> the rows they recorded, <code>analysis.ipynb</code> reads both, <code>figures/</code> has each figure as SVG and as Vega-Lite.</p>
<footer>Results ${hash}. Code <span class="mono">${code.hash.slice(0, 16)}</span>. Seeds are the unit of analysis: n counts runs with different seeds, taken as independent.</footer>`
}
