import type { Paint } from './style.ts'
import { clean } from './text.ts'

/** A cell's text; `paint` is laid over it once it has its width. */
export type Cell = string | { readonly text: string; readonly paint: Paint }

/** A column's title; a leading `>` aligns it to the right. */
export type Title = string

const GAP = '  '

/** Lines of a table: titles, then rows. */
export function table(
  titles: readonly Title[],
  rows: readonly (readonly Cell[])[],
  paintTitle: Paint
): string[] {
  const heads = titles.map(title => ({ text: title.replace(/^>/, ''), paint: paintTitle }))
  const cells = [heads, ...rows.map(row => row.map(cellOf))]
  const widths = titles.map((_, column) =>
    Math.max(...cells.map(row => [...(row[column]?.text ?? '')].length))
  )
  return cells.map(row =>
    row
      .map(({ text, paint }, column) => {
        const gap = ' '.repeat(widths[column]! - [...text].length)
        if (titles[column]!.startsWith('>')) return gap + paint(text)
        return column === titles.length - 1 ? paint(text) : paint(text) + gap
      })
      .join(GAP)
      .trimEnd()
  )
}

/** Lines of names and values, the values aligned. */
export function pairs(
  entries: readonly (readonly [name: string, value: Cell])[],
  paintName: Paint
): string[] {
  const width = Math.max(...entries.map(([name]) => name.length))
  return entries.map(([name, value]) => {
    const { text, paint } = cellOf(value)
    return `${paintName(name.padEnd(width))}${GAP}${paint(text)}`
  })
}

function cellOf(cell: Cell): { text: string; paint: Paint } {
  return typeof cell === 'string'
    ? { text: clean(cell), paint: text => text }
    : { text: clean(cell.text), paint: cell.paint }
}
