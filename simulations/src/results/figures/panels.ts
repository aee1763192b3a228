import { valueText } from '../labels.ts'
import type { Axis, Point, Survey } from '../points.ts'
import { MAX_SERIES } from './figure.ts'

const MAX_PANELS = 9

/** A point's place in a figure. */
export interface Placed {
  readonly point: Point
  readonly x: number | string
  readonly series: string
  readonly panel: string
}

/** How the axes of a sweep are laid out: the first along x, the second as lines, the rest as panels. */
export interface Panels {
  readonly x: Axis
  readonly xs: ReadonlyArray<number | string>
  readonly seriesTitle: string
  readonly series: readonly string[]
  readonly panels: readonly string[]
  readonly placed: readonly Placed[]
  /** What had to be left out, in words; empty for nothing. */
  readonly omitted: string
}

/** `undefined` without an axis. */
export function panelsOf({ axes, points }: Survey): Panels | undefined {
  const [x, second, ...rest] = axes
  if (x === undefined) return undefined
  const all = points.map(point => ({
    point,
    x: x.numeric ? (point.values[0] as number) : valueText(point.values[0]),
    series: second === undefined ? '' : valueText(point.values[1]),
    panel: rest.map((axis, i) => `${axis.title}: ${valueText(point.values[i + 2])}`).join(', ')
  }))
  const series = distinct(all.map(one => one.series))
  const panels = distinct(all.map(one => one.panel))
  const shownSeries = spread(series, MAX_SERIES)
  const shownPanels = spread(panels, MAX_PANELS)
  const placed = all.filter(
    one => shownSeries.includes(one.series) && shownPanels.includes(one.panel)
  )
  const omitted = all.length - placed.length
  return {
    x,
    xs: distinct(placed.map(one => one.x)),
    seriesTitle: second?.title ?? '',
    series: shownSeries,
    panels: shownPanels,
    placed,
    omitted: omitted === 0 ? '' : `${omitted} of ${all.length} points are in the table alone. `
  }
}

/** At most so many, evenly, with the first and the last. */
export function spread<T>(values: readonly T[], most: number): T[] {
  if (values.length <= most) return [...values]
  return Array.from(
    { length: most },
    (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!
  )
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)]
}
