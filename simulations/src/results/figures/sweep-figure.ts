import type { RunSummary } from '../../scenario/outcome.ts'
import { labelOf, numberText, titleOf } from '../labels.ts'
import { measured, type Point, type Survey } from '../points.ts'
import { fitPower, type Interval, meanInterval, type PowerFit } from '../statistics.ts'
import { type Figure, framed, HEIGHT, NUMBERS, nText, seriesEncoding, WIDTH } from './figure.ts'
import { type Panels, panelsOf } from './panels.ts'

/** What a figure draws against the swept axis. */
export interface Quantity {
  /** Its id; also its name for people, by {@link labelOf}. */
  readonly name: string
  readonly id: string
  readonly pick: (summary: RunSummary) => number | null
  /** Both scales logarithmic, with the fitted power law, whatever the values. */
  readonly growth?: boolean
}

interface Row {
  readonly x: number | string
  /** Where it is drawn: beside `x`, so that the intervals of several series can be told apart. */
  readonly at: number | string
  readonly series: string
  readonly panel: string
  readonly n: number
  readonly y: number
  readonly low: number | null
  readonly high: number | null
  readonly fit?: number
}

/** Axes over which a straight line says more on a logarithmic scale. */
const LOG_X_RATIO = 64
const LOG_Y_RATIO = 8
/** Beyond so many powers of ten an axis is labelled at these alone. */
const MOST_DECADES = 3
/** How far series stand apart, as a share of the axis. */
const APART = 0.013

/** Mean over the seeds with its 95 % interval against the first axis; `undefined` without an axis or values. */
export function sweepFigure(survey: Survey, quantity: Quantity): Figure | undefined {
  const panels = panelsOf(survey)
  if (panels === undefined) return undefined
  const nodes = panels.x.field === 'nodes'
  const plain = panels.placed.flatMap(({ point, x, series, panel }) => {
    const values = measured(point, quantity.pick)
    if (values.length === 0) return []
    const { n, value, low, high } = meanInterval(values)
    return [{ x, at: besides(panels, x, series), series, panel, n, y: value, low, high }]
  })
  if (plain.length === 0) return undefined
  const logY = isLogY(plain, nodes, quantity.growth === true)
  const fits = nodes && logY ? fitsOf(panels, quantity) : new Map<string, PowerFit>()
  const rows = plain.map(row => {
    const fit = fits.get(row.series + row.panel)
    return fit === undefined
      ? row
      : { ...row, fit: fit.factor * Number(row.x) ** fit.exponent.value }
  })
  const { text } = labelOf(quantity.name)
  const n = nText(rows.map(row => row.n))
  const alt = altOf(quantity, panels, rows)
  const fitted = fitText(panels, fits)
  return {
    id: quantity.id,
    title: `${text} against ${panels.x.title.toLowerCase()}`,
    alt,
    caption:
      `Mean over seeds with its 95 % confidence interval (Student’s t), ${n} seeds a point. ${apartText(panels)}${fitted}${panels.omitted}`.trim(),
    spec: framed(
      text,
      `Mean over seeds, 95 % CI, ${n} a point`,
      alt,
      body(quantity, panels, rows, logY)
    )
  }
}

function isLogY(rows: readonly Row[], nodes: boolean, growth: boolean): boolean {
  if (!nodes || rows.some(row => (row.low ?? row.y) <= 0)) return false
  const ys = rows.map(row => row.y)
  return growth || Math.max(...ys) / Math.min(...ys) >= LOG_Y_RATIO
}

function fitsOf(panels: Panels, { pick }: Quantity): Map<string, PowerFit> {
  const fits = new Map<string, PowerFit>()
  for (const series of panels.series) {
    for (const panel of panels.panels) {
      const points = panels.placed.filter(one => one.series === series && one.panel === panel)
      const fit = growthOf(
        points.map(one => one.point),
        pick
      )
      if (fit !== undefined) fits.set(series + panel, fit)
    }
  }
  return fits
}

/** Power law over the nodes of some points, every run a value. */
export function growthOf(points: readonly Point[], pick: Quantity['pick']): PowerFit | undefined {
  const pairs = points
    .flatMap(point => point.runs)
    .map(({ record }) => [record.spec.nodes, pick(record.summary)] as const)
    .filter((pair): pair is readonly [number, number] => pair[1] !== null)
  return fitPower(
    pairs.map(([x]) => x),
    pairs.map(([, y]) => y)
  )
}

function fitText(panels: Panels, fits: ReadonlyMap<string, PowerFit>): string {
  if (fits.size === 0 || panels.panels.length > 1) return ''
  const laws = panels.series.flatMap(series => {
    const fit = fits.get(series + panels.panels[0]!)
    return fit === undefined
      ? []
      : `${series === '' ? '' : `${series}: `}${exponentText(fit.exponent)}`
  })
  return `Dotted: fitted power law, exponent of the number of nodes ${laws.join('; ')}. `
}

/** `0.33 [0.31, 0.35]` */
export function exponentText({ value, low, high }: Interval): string {
  const two = (number: number | null): string =>
    (Math.round((number ?? 0) * 100) / 100 + 0).toFixed(2).replace('-', '−')
  return `${two(value)} [${two(low)}, ${two(high)}]`
}

/** What is beside its place is said to be. */
function apartText({ series }: Panels): string {
  return series.length > 1 ? 'Points of one value stand side by side. ' : ''
}

function altOf(quantity: Quantity, panels: Panels, rows: readonly Row[]): string {
  const first = rows[0]!
  const last = rows.findLast(row => row.series === first.series && row.panel === first.panel)!
  const lines = panels.series.length > 1 ? `, one line for each of ${panels.series.join('; ')}` : ''
  return `${titleOf(quantity.name)} against ${panels.x.title}${lines}: from ${numberText(first.y)} at ${first.x} to ${numberText(last.y)} at ${last.x}${first.series === '' ? '' : ` for ${first.series}`}; bars are 95 % confidence intervals.`
}

function body(
  quantity: Quantity,
  panels: Panels,
  rows: readonly Row[],
  logY: boolean
): Record<string, unknown> {
  const { colour, shape } = seriesEncoding(panels.series, panels.seriesTitle)
  const lows = rows.map(row => row.low ?? row.y)
  const highs = rows.map(row => row.high ?? row.y)
  const zero = !logY && Math.min(...lows) >= 0 && Math.min(...lows) < 0.6 * Math.max(...highs)
  const y = {
    type: 'quantitative',
    title: titleOf(quantity.name),
    scale: logY ? { type: 'log', nice: false, padding: 12 } : { zero, nice: true },
    axis: logY ? { format: '~s', values: decades(Math.min(...lows), Math.max(...highs)) } : NUMBERS
  }
  const x = xChannel(panels)
  const beside = panels.x.numeric ? {} : { xOffset: { field: 'series', sort: panels.series } }
  const shared = { x: { ...x, field: 'at' }, ...beside, color: colour }
  const isBand = { filter: 'isValid(datum.low)' }
  const interval = { y: { ...y, field: 'low' }, y2: { field: 'high' } }
  const cap = { type: 'tick', orient: 'horizontal', size: 7, thickness: 1.3, opacity: 1 }
  const capAt = (field: string): Record<string, unknown> => ({
    transform: [isBand],
    mark: cap,
    encoding: { ...shared, y: { ...y, field } }
  })
  const line = { ...shared, y: { ...y, field: 'y' } }
  const dots = { ...shared, shape, y: { ...y, field: 'y' } }
  const bar = { type: 'rule', strokeWidth: 1.3 }
  const layer = [
    { transform: [isBand], mark: bar, encoding: { ...shared, ...interval } },
    ...['low', 'high'].map(capAt),
    ...(panels.x.numeric ? [{ mark: { type: 'line', strokeWidth: 1.4 }, encoding: line }] : []),
    ...(rows.some(row => row.fit !== undefined) ? [fitLayer({ x, color: colour }, y)] : []),
    { mark: { type: 'point', filled: true, size: 48, opacity: 1 }, encoding: dots }
  ]
  return panelled(panels, rows, layer)
}

/** Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten, or the powers alone if they are many. */
export function decades(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const digits = last - first > MOST_DECADES ? [1] : [1, 2, 5]
  return Array.from({ length: last - first + 1 }, (_, i) => Number(`1e${first + i}`)).flatMap(
    power => digits.map(digit => digit * power)
  )
}

function fitLayer(
  shared: Record<string, unknown>,
  y: Record<string, unknown>
): Record<string, unknown> {
  return {
    transform: [{ filter: 'isValid(datum.fit)' }],
    mark: { type: 'line', strokeDash: [1, 4], strokeCap: 'round', strokeWidth: 2.2, opacity: 0.75 },
    encoding: { ...shared, y: { ...y, field: 'fit' } }
  }
}

function panelled(
  panels: Panels,
  rows: readonly Row[],
  layer: readonly unknown[]
): Record<string, unknown> {
  const data = { values: rows }
  if (panels.panels.length < 2) return { data, layer }
  return {
    data,
    width: undefined,
    height: undefined,
    facet: {
      field: 'panel',
      type: 'nominal',
      sort: panels.panels,
      title: null,
      header: { labelColor: 'currentColor', labelFontSize: 11, labelAnchor: 'start' }
    },
    columns: 2,
    spec: { width: WIDTH / 2 - 40, height: Math.round(HEIGHT * 0.7), layer }
  }
}

function xChannel({ x, xs }: Panels): Record<string, unknown> {
  if (!x.numeric) {
    return { field: 'x', type: 'nominal', sort: xs, title: x.title, axis: { labelAngle: 0 } }
  }
  const numbers = xs as readonly number[]
  return {
    field: 'x',
    type: 'quantitative',
    title: x.title,
    scale: isLogX({ x, xs })
      ? { type: 'log', base: 2, nice: false, padding: 14 }
      : { zero: false, nice: false, padding: 14 },
    axis: {
      ...NUMBERS,
      ...(numbers.length <= 12 ? { values: numbers } : {}),
      labelOverlap: 'greedy',
      labelFlush: false
    }
  }
}

function isLogX({ x, xs }: Pick<Panels, 'x' | 'xs'>): boolean {
  const low = Math.min(...(xs as readonly number[]))
  return (
    low > 0 && (x.field === 'nodes' || Math.max(...(xs as readonly number[])) / low >= LOG_X_RATIO)
  )
}

/** Words are set apart by the drawing itself. */
function besides(panels: Panels, x: number | string, series: string): number | string {
  const count = panels.series.length
  if (typeof x === 'string' || count < 2) return x
  const shift = (panels.series.indexOf(series) - (count - 1) / 2) * APART
  const [low, high] = [Math.min(...(panels.xs as number[])), Math.max(...(panels.xs as number[]))]
  return isLogX(panels) ? x * (high / low) ** shift : x + (high - low) * shift
}
