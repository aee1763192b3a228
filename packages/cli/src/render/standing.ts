import type { LinkView, Standing } from '@torusmesh/node'
import type { Style } from './style.ts'
import type { Cell } from './table.ts'

/** Why links exist, the nearest first. */
export const ROLES: readonly LinkView['role'][] = ['neighbour', 'mate', 'long']

/** A standing as a cell: a shape and the word, the colour only repeats them. */
export function standingCell(standing: Standing, style: Style): Cell {
  switch (standing) {
    case 'alive':
      return { text: '● alive', paint: style.green }
    case 'suspect':
      return { text: '◐ suspect', paint: style.yellow }
    case 'down':
      return { text: '× down', paint: style.red }
    case 'left':
      return { text: '○ left', paint: style.dim }
    case 'unknown':
      return { text: '? unknown', paint: style.dim }
    default:
      return standing satisfies never
  }
}

/** `8: 7 alive, 1 down` */
export function standingCounts(standings: Readonly<Record<Standing, number>>): string {
  const some = Object.entries(standings).filter(([, members]) => members > 0)
  const total = some.reduce((sum, [, members]) => sum + members, 0)
  return `${total}: ${some.map(([standing, members]) => `${members} ${standing}`).join(', ')}`
}
