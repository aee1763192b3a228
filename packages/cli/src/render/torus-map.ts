import type { Style } from './style.ts'

/** How the hosts of a cell fare together; each has its own shape, colours only repeat it. */
export const CellState = { up: 'up', unwell: 'unwell', down: 'down', empty: 'empty' } as const
export type CellState = (typeof CellState)[keyof typeof CellState]

const GLYPHS: Readonly<Record<CellState, string>> = { up: '●', unwell: '◐', down: '×', empty: '·' }
const GAP = '  '

/** What the shapes of {@link torusMap} mean. */
export function mapLegend(style: Style): string {
  const states = Object.values(CellState)
  return states.map(state => `${glyph(state, style)} ${state}`).join('   ')
}

/**
 * A torus of at most three dimensions as flat slices, one a value of the last coordinate; rows are
 * the first coordinate, columns the second.
 *
 * @param sides - cells along each dimension
 * @param stateOf - by cell id, the last axis the fastest
 * @param columns - room on the terminal; slices that don't fit go below
 * @returns no lines for more than three dimensions
 */
export function torusMap(
  sides: readonly number[],
  stateOf: (cell: number) => CellState,
  columns: number,
  style: Style
): string[] {
  if (sides.length > 3) return []
  const [rows = 1, width = 1, slices = 1] = sides
  const slicesPerBand = Math.max(1, Math.floor((columns + GAP.length) / (width + GAP.length)))
  const lines: string[] = []
  for (let first = 0; first < slices; first += slicesPerBand) {
    const band = Array.from(
      { length: Math.min(slicesPerBand, slices - first) },
      (_, index) => first + index
    )
    lines.push(
      style.dim(
        band
          .map(slice => `z${slice}`.padEnd(width))
          .join(GAP)
          .trimEnd()
      )
    )
    for (let row = 0; row < rows; row++) {
      const parts = band.map(slice =>
        Array.from({ length: width }, (_, column) =>
          glyph(stateOf((row * width + column) * slices + slice), style)
        ).join('')
      )
      lines.push(parts.join(GAP))
    }
  }
  return lines
}

function glyph(state: CellState, style: Style): string {
  const shape = GLYPHS[state]
  switch (state) {
    case 'up':
      return style.green(shape)
    case 'unwell':
      return style.yellow(shape)
    case 'down':
      return style.red(shape)
    case 'empty':
      return style.dim(shape)
    default:
      return state satisfies never
  }
}
