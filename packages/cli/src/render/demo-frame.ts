import type { HostRow } from '@torusmesh/node'
import type { Style } from './style.ts'
import { type Cell, table } from './table.ts'
import { count, plural, shortHex, shortPeer, span, torusName } from './text.ts'
import { CellState, mapLegend, torusMap } from './torus-map.ts'

/** All that one picture of the demo shows. */
export interface DemoFrame {
  readonly rows: readonly HostRow[]
  readonly apiUrl: string
  readonly sides: readonly number[]
  readonly elapsedMs: number
  /** What goes on besides running; empty for nothing. */
  readonly doing: string
  readonly notices: readonly string[]
  readonly hint: string
  /** How each host is addressed from another terminal. */
  readonly homes: string
}

/** More hosts than this are shown as totals, a map and a few rows. */
const MAX_TABLE_ROWS = 24
const FEW_ROWS = 6

/** The lines of one picture. */
export function demoLines(
  frame: DemoFrame,
  room: { columns: number; rows: number },
  style: Style
): string[] {
  const { rows, sides, elapsedMs, doing, apiUrl } = frame
  const torus = `${plural(rows.length, 'host')}, torus ${torusName(sides)}`
  const head = [`${style.bold(torus)}, ${span(elapsedMs)}${doing === '' ? '' : `, ${doing}`}`]
  const foot = [
    ...totals(rows),
    ...frame.notices.map(notice => style.yellow(notice)),
    `HTTP status API: ${apiUrl}`,
    frame.homes,
    style.dim(frame.hint)
  ]
  if (rows.length <= MAX_TABLE_ROWS) return [...head, '', ...hostTable(rows, style), '', ...foot]
  const map = torusMap(sides, cellStates(rows), room.columns - 1, style)
  const legend = map.length > 0 ? [mapLegend(style)] : []
  const left = room.rows - 1 - head.length - map.length - legend.length - foot.length - 3
  const shown = rows.toSorted((a, b) => trouble(b) - trouble(a)).slice(0, fewRows(left))
  return [
    ...head,
    ...map,
    ...legend,
    ...(shown.length > 0 ? ['', ...hostTable(shown, style)] : []),
    '',
    ...foot
  ]
}

/** Everything added up, on one line. */
export function totalsLine(rows: readonly HostRow[]): string {
  return totals(rows).join('; ')
}

function totals(rows: readonly HostRow[]): string[] {
  const running = rows.filter(({ state }) => state !== 'killed')
  const sum = (over: readonly HostRow[], figure: (row: HostRow) => number): number =>
    over.reduce((total, row) => total + figure(row), 0)
  const hosts = `${count(running.length)} of ${plural(rows.length, 'host')} up`
  const linksUp = sum(running, row => row.linksUp)
  const linksWanted = sum(running, row => row.linksWanted)
  const links = `${plural(linksUp, 'link end')} (${count(linksWanted)} wanted)`
  const reportsIn = count(sum(rows, row => row.reportsIn))
  const reportsOut = count(sum(rows, row => row.reportsOut))
  const rejected = count(sum(rows, row => row.rejected))
  return [
    `${hosts}, ${links}, ${plural(
      sum(rows, row => row.ledgerSize),
      'ledger event'
    )}`,
    `reports: ${reportsIn} in, ${reportsOut} out, ${rejected} rejected`
  ]
}

/** Rows to show in `room` lines; a table takes two lines besides. */
function fewRows(room: number): number {
  return Math.max(0, Math.min(FEW_ROWS, room - 2))
}

function trouble({ state, linksUp, linksWanted }: HostRow): number {
  if (state === 'killed') return 3
  if (state === 'doubting') return 2
  return linksUp < linksWanted ? 1 : 0
}

function hostTable(rows: readonly HostRow[], style: Style): string[] {
  const cells = rows.map(row => [
    row.name,
    row.coordinates.join(),
    shortPeer(row.peer),
    stateCell(row.state, style),
    `${row.linksUp}/${row.linksWanted}`,
    `${count(row.reportsIn)}/${count(row.reportsOut)}`,
    count(row.rejected),
    count(row.knowsDown),
    count(row.ledgerSize),
    shortHex(row.ledgerRoot)
  ])
  const titles = '>links >in/out >rejected >lost >ledger root'.split(' ')
  return table(['host', 'cell', 'peer', 'state', ...titles], cells, style.dim)
}

function stateCell(state: HostRow['state'], style: Style): Cell {
  switch (state) {
    case 'up':
      return { text: '● up', paint: style.green }
    case 'doubting':
      return { text: '◐ doubts itself', paint: style.yellow }
    case 'killed':
      return { text: '× killed', paint: style.red }
    default:
      return state satisfies never
  }
}

function cellStates(rows: readonly HostRow[]): (cell: number) => CellState {
  const byCell = Map.groupBy(rows, ({ cell }) => cell)
  return cell => {
    const hosts = byCell.get(cell)
    if (hosts === undefined) return CellState.empty
    if (hosts.every(({ state }) => state === 'killed')) return CellState.down
    return hosts.every(host => trouble(host) === 0) ? CellState.up : CellState.unwell
  }
}
