import type { TopLevelSpec } from 'vega-lite'

/** A drawing with the words that go with it. */
export interface Figure {
  /** Name of its files, and its place in the report. */
  readonly id: string
  readonly title: string
  /** What it shows for who can't see it. */
  readonly alt: string
  /** Under it: what is drawn, n, and how the interval was made. */
  readonly caption: string
  readonly spec: TopLevelSpec
}

export const WIDTH = 680
export const HEIGHT = 250
/** What a legend has beside the labels of an axis, and what its symbols and letters take of it. */
const LEGEND_PX = 580
const LEGEND_SYMBOL_PX = 44
const LETTER_PX = 6
const MAX_COLUMNS = 4
/** Lines that a reader can still tell apart. */
export const MAX_SERIES = 8

/** Okabe and Ito's colours without yellow and black, and two of Tol's: apart for colour-blind readers. */
export const COLOURS = [
  '#0072B2',
  '#D55E00',
  '#009E73',
  '#CC79A7',
  '#56B4E9',
  '#E69F00',
  '#882255',
  '#7F7F7F'
] as const
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left'
] as const
const DASHES = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
  [10, 4],
  [1, 3],
  [6, 2, 2, 2, 2, 2]
]

/** An axis' numbers as {@link numberText} writes them: thousands apart from five digits on. */
export const NUMBERS: Fields = {
  labelExpr:
    "abs(datum.value) < 10000 ? format(datum.value, '~r') : replace(format(datum.value, ',~r'), /,/g, '\u2009')"
}

const INK = 'currentColor'
const FONT = 'Helvetica, Arial, "Liberation Sans", sans-serif'

type Fields = Record<string, unknown>

/** A figure's frame: size, words and the house's look, in ink that follows the page's. */
export function framed(title: string, subtitle: string, alt: string, body: Fields): TopLevelSpec {
  const text = { labelColor: INK, titleColor: INK, labelFont: FONT, titleFont: FONT }
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: alt,
    title: {
      text: title,
      subtitle,
      anchor: 'start',
      frame: 'group',
      offset: 10,
      fontSize: 13,
      fontWeight: 600,
      subtitleFontSize: 11,
      subtitlePadding: 3
    },
    width: WIDTH,
    height: HEIGHT,
    padding: { left: 4, top: 4, right: 12, bottom: 4 },
    background: 'transparent',
    // The same width over all, whatever the labels, so that a page's figures have letters of one size.
    ...('facet' in body ? {} : { autosize: { type: 'fit-x', contains: 'padding' } }),
    ...body,
    config: {
      aria: false,
      font: FONT,
      view: { stroke: null },
      title: { color: INK, subtitleColor: INK, font: FONT, subtitleFont: FONT },
      text: { color: INK, font: FONT },
      axis: {
        ...text,
        labelFontSize: 11,
        titleFontSize: 11.5,
        titleFontWeight: 'normal',
        titlePadding: 8,
        gridColor: INK,
        gridOpacity: 0.1,
        domainColor: INK,
        domainOpacity: 0.6,
        tickColor: INK,
        tickOpacity: 0.6,
        tickSize: 4,
        labelPadding: 4
      },
      axisX: { grid: false },
      axisY: { domain: false, ticks: false, tickCount: 5 },
      legend: {
        ...text,
        orient: 'top',
        labelFontSize: 11,
        titleFontSize: 11,
        titleFontWeight: 'normal',
        symbolSize: 60,
        symbolStrokeWidth: 1.5,
        labelLimit: WIDTH,
        offset: 8
      }
    }
  }
  return spec as TopLevelSpec
}

/**
 * Colour of a series, and shape of its marks or dash of its lines: colour alone carries nothing. The
 * legend shows the marks or the lines, whichever a figure has; shape and dash in one spoil its symbols.
 */
export function seriesEncoding(
  labels: readonly string[],
  title: string,
  legend: 'marks' | 'lines' = 'marks'
): {
  readonly colour: Fields
  readonly shape: Fields
  readonly dash: Fields
} {
  const count = labels.length
  const widest = LEGEND_SYMBOL_PX + LETTER_PX * Math.max(...labels.map(label => label.length))
  const columns = Math.max(1, Math.min(MAX_COLUMNS, Math.floor(LEGEND_PX / widest)))
  const symbol =
    legend === 'lines'
      ? {
          symbolType: 'stroke',
          symbolSize: 500,
          symbolStrokeWidth: 2,
          symbolFillColor: 'transparent'
        }
      : {}
  const channel = (range: readonly unknown[]): Fields => ({
    field: 'series',
    type: 'nominal',
    title,
    sort: labels,
    scale: { domain: labels, range: range.slice(0, count) },
    legend: count < 2 ? null : { symbolOpacity: 1, columns, ...symbol }
  })
  return { colour: channel(COLOURS), shape: channel(SHAPES), dash: channel(DASHES) }
}

/** `n = 20`, or `n = 18–20` where points differ. */
export function nText(counts: readonly number[]): string {
  const low = Math.min(...counts)
  const high = Math.max(...counts)
  return low === high ? `n = ${low}` : `n = ${low}–${high}`
}
