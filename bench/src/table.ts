import type { Row } from './row.ts'

const HEAD = ['name', 'value', 'unit', 'ratio', 'peer'] as const

/** Rows as a Markdown table with aligned columns. */
export function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, unit, peer, ratio }) => [
    name,
    Number.isNaN(value) ? '–' : value.toLocaleString('en', { maximumFractionDigits: 2 }),
    unit,
    ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    peer ?? ''
  ])
  const widths = HEAD.map((head, i) => Math.max(head.length, ...lines.map(line => line[i]!.length)))
  const draw = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |\n`
  const rule = widths.map(width => '-'.repeat(width))
  return [draw(HEAD), draw(rule), ...lines.map(draw)].join('')
}
