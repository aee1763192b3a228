import type { Results } from '../folder.ts'
import { labelOf, numberText, titleOf } from '../labels.ts'
import { MAX_REPORT_ROWS } from '../limits.ts'
import type { Point, Survey } from '../points.ts'
import { meanInterval } from '../statistics.ts'
import { type Figure, framed, MAX_SERIES, NUMBERS, nText, seriesEncoding } from './figure.ts'
import { spread } from './panels.ts'

/** Columns that hold amounts; those of numbers of nodes and times of the clock say nothing as a distribution. */
const AMOUNT = /(?<!(^a|A)t)(Ms|Us|Bytes|Hops|Permille)$|^hops$/
/** A table with this column is a histogram: each row stands for so many values. */
const COUNT = 'count'
/** More order statistics of a run than a line has pixels. */
const KEPT_VALUES = 1_001
const GRID = 160
const MAX_FIGURES = 8
const LOG_RATIO = 200

interface Column {
  readonly table: string
  readonly column: string
}

interface Sampled {
  readonly label: string
  readonly values: number
  /** Ascending values of a run each. */
  readonly runs: readonly Float64Array[]
}

/** Distributions of what runs recorded row by row, such as how long each detection took. */
export async function ecdfFigures(results: Results, survey: Survey): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const column of columnsOf(survey).slice(0, MAX_FIGURES)) {
    const shown = spread(survey.points, MAX_SERIES)
    const sampled = await sample(results, shown, column)
    const figure = sampled.length > 0 ? ecdfFigure(survey, column, sampled) : undefined
    if (figure !== undefined) figures.push(figure)
  }
  return figures
}

function columnsOf({ runs }: Survey): Column[] {
  const found = new Map<string, Column>()
  for (const { record } of runs) {
    for (const [table, { columns }] of Object.entries(record.tables)) {
      for (const [column, type] of Object.entries(columns)) {
        if (type !== 'string' && AMOUNT.test(column))
          found.set(`${table}.${column}`, { table, column })
      }
    }
  }
  return [...found.values()]
}

/** Seed by seed over all points, until enough rows were read. */
async function sample(
  results: Results,
  points: readonly Point[],
  { table, column }: Column
): Promise<Sampled[]> {
  const kept = points.map(point => ({ label: point.label, values: 0, runs: [] as Float64Array[] }))
  const seeds = Math.max(...points.map(point => point.runs.length))
  let rows = 0
  for (let i = 0; i < seeds && rows < MAX_REPORT_ROWS; i++) {
    for (const [at, point] of points.entries()) {
      const run = point.runs[i]
      const facts = run?.record.tables[table]
      if (run === undefined || facts === undefined || !Object.hasOwn(facts.columns, column))
        continue
      if (facts.rows === 0 || facts.rows > MAX_REPORT_ROWS) continue
      const read = (name: string): Promise<Float64Array> =>
        results.readColumn(run.path, run.record, table, name)
      const values = await read(column)
      const counts = Object.hasOwn(facts.columns, COUNT) ? await read(COUNT) : undefined
      rows += values.length
      const { total, order } = thinned(values, counts)
      kept[at]!.values += total
      kept[at]!.runs.push(order)
    }
  }
  return kept.filter(one => one.runs.some(run => run.length > 0))
}

/** Order statistics, evenly, with the least and the greatest; `total` is of how many values. */
function thinned(
  values: Float64Array,
  counts?: Float64Array
): { readonly total: number; readonly order: Float64Array } {
  const weight = (row: number): number => counts?.[row] ?? 1
  const rows = Array.from(values.keys())
    .filter(row => Number.isFinite(values[row]) && weight(row) > 0 && Number.isFinite(weight(row)))
    .sort((a, b) => values[a]! - values[b]!)
  const total = rows.reduce((sum, row) => sum + weight(row), 0)
  const kept = Math.min(KEPT_VALUES, Math.floor(total))
  const order = new Float64Array(kept)
  let seen = 0
  let next = 0
  for (const row of rows) {
    seen += weight(row)
    while (next < kept && Math.round((next * (total - 1)) / Math.max(1, kept - 1)) < seen) {
      order[next++] = values[row]!
    }
  }
  return { total, order: order.subarray(0, next) }
}

function ecdfFigure(
  survey: Survey,
  { table, column }: Column,
  sampled: readonly Sampled[]
): Figure {
  const grid = gridOf(sampled.flatMap(one => one.runs))
  const low = grid.find(x => x > 0) ?? 0
  const log = grid[0]! > 0 && grid.at(-1)! / low >= LOG_RATIO
  const rows = sampled.flatMap(({ label, runs }) =>
    grid.map(x => {
      const share = meanInterval(runs.map(run => shareUpTo(run, x)))
      const clip = (value: number | null): number | null =>
        value === null ? null : Math.min(1, Math.max(0, value))
      return { x, series: label, y: share.value, low: clip(share.low), high: clip(share.high) }
    })
  )
  const { text } = labelOf(column)
  const n = nText(sampled.map(one => one.runs.length))
  const total = numberText(sampled.reduce((sum, one) => sum + one.values, 0))
  const what = `${labelOf(table).text.toLowerCase()}: ${text.toLowerCase()}`
  const alt = `Cumulative distribution of ${what}, ${total} values, for ${sampled.map(one => one.label).join('; ')}; bands are 95 % confidence intervals over seeds.`
  const left = survey.points.length - sampled.length
  return {
    id: `ecdf-${table}-${column}`,
    title: `Distribution of ${what}`,
    alt,
    caption:
      `Empirical distribution, mean over seeds with a pointwise 95 % confidence interval (Student’s t), ${n} seeds a line, ${total} values in all. ${left > 0 ? `${left} points are not drawn.` : ''}`.trim(),
    spec: framed(
      `${labelOf(table).text}: ${text.toLowerCase()}`,
      `Empirical distribution, 95 % CI over ${n} seeds a line`,
      alt,
      {
        data: { values: rows },
        layer: layersOf(
          sampled,
          survey.axes.map(axis => axis.title).join(', '),
          titleOf(column),
          log
        )
      }
    )
  }
}

function layersOf(
  sampled: readonly Sampled[],
  title: string,
  xTitle: string,
  log: boolean
): readonly unknown[] {
  const { colour, dash } = seriesEncoding(
    sampled.map(one => one.label),
    title,
    'lines'
  )
  const x = {
    field: 'x',
    type: 'quantitative',
    title: xTitle,
    scale: log ? { type: 'log', nice: false } : { zero: false, nice: false },
    axis: { ...NUMBERS, tickCount: 6 }
  }
  const y = {
    type: 'quantitative',
    title: 'Share at or below',
    scale: { domain: [0, 1] },
    axis: { format: '.0%' }
  }
  const line = { type: 'line', interpolate: 'step-after', strokeWidth: 1.8 }
  const band = { type: 'area', interpolate: 'step-after', fillOpacity: 0.18 }
  return [
    {
      transform: [{ filter: 'isValid(datum.low)' }],
      mark: band,
      encoding: { x, color: colour, y: { ...y, field: 'low' }, y2: { field: 'high' } }
    },
    { mark: line, encoding: { x, color: colour, strokeDash: dash, y: { ...y, field: 'y' } } }
  ]
}

/** Where the distribution is drawn: at every value if there are few, else evenly between order statistics. */
function gridOf(runs: readonly Float64Array[]): number[] {
  const all = Float64Array.from(runs.flatMap(run => [...run])).sort()
  return spread([...new Set(all)], GRID)
}

function shareUpTo(sorted: Float64Array, x: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= x) low = middle + 1
    else high = middle
  }
  return sorted.length === 0 ? 0 : low / sorted.length
}
