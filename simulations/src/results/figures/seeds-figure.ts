import { labelOf, numberText, titleOf } from '../labels.ts'
import type { Point } from '../points.ts'
import { measure, measured } from '../points.ts'
import { meanInterval } from '../statistics.ts'
import { type Figure, framed, NUMBERS } from './figure.ts'

const BINS = 56
const ROW_PX = 9
const MIN_ROWS = 6
const MAX_ROWS_DRAWN = 24
const COLOUR = '#0072B2'
const MEAN_COLOUR = '#D55E00'

/** A dot for each seed of a point, stacked where they meet, with the mean and its interval below. */
export function seedsFigure(point: Point, name: string): Figure | undefined {
  const values = measured(point, measure(name)).sort((a, b) => a - b)
  if (values.length === 0) return undefined
  const { n, value, low, high } = meanInterval(values)
  const dots = stacked(values)
  const rows = Math.max(MIN_ROWS, ...dots.map(dot => dot.row))
  const { text } = labelOf(name)
  const interval =
    low === null || high === null ? '' : `, 95 % CI ${numberText(low)} to ${numberText(high)}`
  const alt = `${titleOf(name)} of ${n} seeds: mean ${numberText(value)}${interval}; from ${numberText(values[0]!)} to ${numberText(values.at(-1)!)}.`
  const x = {
    field: 'x',
    type: 'quantitative',
    title: titleOf(name),
    scale: { zero: false, nice: true, padding: 8 },
    axis: { grid: true, ...NUMBERS }
  }
  const y = {
    field: 'row',
    type: 'quantitative',
    axis: null,
    scale: { domain: [-1.5, rows + 0.5] }
  }
  const mean = { values: [{ x: value, row: -0.6, low, high }] }
  return {
    id: `seeds-${name}`,
    title: `${text} over the seeds`,
    alt,
    caption: `One dot a seed, n = ${n}; the diamond is the mean${low === null ? '; one seed has no interval' : ' with its 95 % confidence interval (Student’s t)'}.`,
    spec: framed(text, `n = ${n} seeds, mean ${numberText(value)}${interval}`, alt, {
      height: Math.min(rows + 2, MAX_ROWS_DRAWN) * ROW_PX,
      data: { values: dots },
      layer: [
        {
          mark: { type: 'circle', size: 46, opacity: 0.75, color: COLOUR },
          encoding: { x, y }
        },
        {
          data: mean,
          transform: [{ filter: 'isValid(datum.low)' }],
          mark: { type: 'rule', strokeWidth: 2.5, color: MEAN_COLOUR },
          encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y }
        },
        {
          data: mean,
          mark: {
            type: 'point',
            shape: 'diamond',
            filled: true,
            size: 110,
            opacity: 1,
            color: MEAN_COLOUR
          },
          encoding: { x, y }
        }
      ]
    })
  }
}

function stacked(sorted: readonly number[]): { x: number; row: number }[] {
  const low = sorted[0]!
  const step = (sorted.at(-1)! - low) / BINS || 1
  const heights = new Map<number, number>()
  return sorted.map(x => {
    const bin = Math.floor((x - low) / step)
    const row = (heights.get(bin) ?? 0) + 1
    heights.set(bin, row)
    return { x, row }
  })
}
