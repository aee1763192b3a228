import type { Quantity } from '../figures/sweep-figure.ts'
import { exponentText, growthOf } from '../figures/sweep-figure.ts'
import { counted, numberText, titleOf } from '../labels.ts'
import { constant, measure, measured, type Point, type Survey } from '../points.ts'
import { describe, type Interval } from '../statistics.ts'
import { html, type Markup } from './html.ts'

const MAX_TABLE_ROWS = 600
const MAX_VIOLATIONS = 100
const MAX_SEEDS_SHOWN = 12

/** Every measure at every point, with n and both intervals. */
export function measuresTable(survey: Survey): Markup {
  if (survey.measures.length === 0) return html`<p>The scenario measures nothing.</p>`
  let rows = 0
  let all = 0
  const groups: Markup[] = []
  for (const name of survey.measures) {
    const points = pointsToShow(survey, name)
    all += points.length
    const lines = points.flatMap(point => {
      const found = describe(measured(point, measure(name)))
      if (rows >= MAX_TABLE_ROWS) return []
      rows++
      if (found === undefined) {
        return html`<tr><td>${point.label}</td><td class="num">0</td><td colspan="6">not measured</td></tr>`
      }
      return html`<tr><td>${point.label}</td><td class="num">${found.n}</td>${cells(found.mean)}${cells(found.median)}<td class="num">${numberText(found.min)}</td><td class="num">${numberText(found.max)}</td></tr>`
    })
    if (lines.length === 0) continue
    groups.push(
      html`<tbody><tr><th class="group" colspan="8" scope="rowgroup">${titleOf(name)}</th></tr>${lines}</tbody>`
    )
  }
  const heading = survey.axes.map(axis => axis.title).join(', ') || 'Runs'
  const rest =
    rows < all
      ? html` The first ${rows} of ${all} rows; all are in <code>summary.parquet</code>.`
      : html``
  return html`<div class="wide"><table>
<caption><b>Measures over seeds.</b> CI: 95 % confidence interval, Student’s t for the mean, bootstrap (1,000 resamples, at least six seeds) for the median.${rest}</caption>
<thead><tr><th scope="col">${heading}</th><th scope="col" class="num">n</th><th scope="col" class="num">Mean</th><th scope="col" class="num">CI</th><th scope="col" class="num">Median</th><th scope="col" class="num">CI</th><th scope="col" class="num">Least</th><th scope="col" class="num">Greatest</th></tr></thead>
${groups}</table></div>`
}

/** What is the same everywhere, or nowhere measured, needs one line. */
function pointsToShow({ points, runs, ...rest }: Survey, name: string): readonly Point[] {
  const pick = measure(name)
  const nowhere = points.every(point => measured(point, pick).length === 0)
  if (!nowhere && constant({ points, runs, ...rest }, pick) === undefined) return points
  return points.length < 2 ? points : [{ values: [], label: `all ${points.length} points`, runs }]
}

function cells({ value, low, high }: Interval): Markup {
  const interval = low === null || high === null ? '–' : `${numberText(low)} to ${numberText(high)}`
  return html`<td class="num">${numberText(value)}</td><td class="num">${interval}</td>`
}

/** Exponents of the number of nodes; nothing unless at least three numbers were tried. */
export function growthTable(survey: Survey, quantities: readonly Quantity[]): Markup {
  const others = survey.axes.length > 1
  const rows = quantities.flatMap(({ name, pick }) => {
    const fit = growthOf(survey.points, pick)
    if (fit === undefined) return []
    const { exponent } = fit
    return html`<tr><th scope="row">${titleOf(name)}</th><td class="num">${exponent.n}</td><td class="num">${exponentText(exponent)}</td></tr>`
  })
  if (rows.length === 0) return html``
  const note = others ? ' Points of all other axes together.' : ''
  return html`<div class="wide"><table>
<caption><b>Growth with the number of nodes.</b> Exponent of the fitted power law with its 95 % confidence interval; every run is one of the n values. 0 is constant, 1 linear.${note}</caption>
<thead><tr><th scope="col">Quantity</th><th scope="col" class="num">n</th><th scope="col" class="num">Exponent</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

/** Interesting states: how often they were reached; one that never was says that the runs prove little. */
export function marksTable({ marks, runs }: Survey): Markup {
  if (marks.length === 0) return html`<p>The scenario marks no states.</p>`
  const counted = marks.map(name => {
    const counts = runs.map(({ record }) => record.summary.sometimes[name] ?? 0)
    return {
      name,
      reached: counts.filter(count => count > 0).length,
      times: counts.reduce((sum, count) => sum + count, 0)
    }
  })
  const never = counted.filter(mark => mark.times === 0).map(mark => mark.name)
  const rows = counted.map(
    ({ name, reached, times }) =>
      html`<tr><th scope="row">${name}</th><td class="num">${numberText(times)}</td><td class="num">${reached} of ${runs.length}</td><td>${times === 0 ? html`<span class="bad">✗ never reached</span>` : html`<span class="good">✓ reached</span>`}</td></tr>`
  )
  const lead =
    never.length === 0
      ? html`<p>Every marked state was reached at least once.</p>`
      : html`<p><b>Of ${marks.length} marked states ${neverText(never.length)}</b>: ${never.join(', ')}. The runs say nothing about ${never.length === 1 ? 'it' : 'them'}.</p>`
  return html`${lead}<div class="wide"><table>
<caption><b>States the runs passed through.</b></caption>
<thead><tr><th scope="col">State</th><th scope="col" class="num">Times</th><th scope="col" class="num">Runs</th><th scope="col">Verdict</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

/** `1 was never reached` */
export function neverText(count: number): string {
  return `${count} ${count === 1 ? 'was' : 'were'} never reached`
}

interface Broken {
  count: number
  readonly seeds: Set<number>
  readonly first: string
  readonly where: string
}

/** What must never be and was, by property, with the seeds that show it. */
export function violationsTable({ runs }: Survey): Markup {
  const found = new Map<string, Broken>()
  let kept = 0
  let total = 0
  for (const { path, record } of runs) {
    total += record.summary.violations
    kept += record.violations.length
    for (const { property, atMs, node, what } of record.violations) {
      const first = `${what} (node ${node} at ${numberText(atMs)} ms)`
      const known = found.get(property) ?? { count: 0, seeds: new Set(), first, where: path }
      known.count++
      known.seeds.add(record.spec.seed)
      found.set(property, known)
    }
  }
  if (total === 0) {
    return html`<p>None in ${counted(runs.length, 'run')}. With no violation in n independent runs, the chance of one a run is below 3/n = ${numberText(3 / Math.max(1, runs.length))} at 95 % confidence.</p>`
  }
  const rows = [...found].slice(0, MAX_VIOLATIONS).map(([property, broken]) => {
    const seeds = [...broken.seeds]
    const shown = seeds.slice(0, MAX_SEEDS_SHOWN).join(', ')
    const more = seeds.length > MAX_SEEDS_SHOWN ? `, … (${seeds.length})` : ''
    return html`<tr><th scope="row">${property}</th><td class="num">${broken.count}</td><td>${shown}${more}</td><td>${broken.first}<br><code>${broken.where}</code></td></tr>`
  })
  const lost =
    total > kept
      ? html` Runs keep the first 100 each: ${kept} of ${total} are counted here.`
      : html``
  return html`<div class="wide"><table>
<caption><b>Violations.</b> Each seed repeats its own.${lost}</caption>
<thead><tr><th scope="col">Property</th><th scope="col" class="num">Times</th><th scope="col">Seeds</th><th scope="col">First</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}
