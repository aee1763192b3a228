import { TICKS_PER_MS } from '../engine/model.ts'
import type { FaultEvent } from '../faults/event.ts'
import type { Violation } from '../scenario/outcome.ts'
import type { RunSpec } from '../scenario/spec.ts'
import type { Topology } from '../topology/topology.ts'
import type { Conclusion } from './describe.ts'
import type { TracedMessage } from './trace.ts'

const LIFELINES_MAX = 8
const ROWS_MAX = 60
const LABEL_CHARS_MAX = 26
const LEFT = 96
const LANE = 150
const RIGHT = 110
const TOP = 92
const ROW = 22
const BOTTOM = 40

export interface SequenceInit {
  readonly spec: RunSpec
  readonly topology: Topology
  readonly schedule: readonly FaultEvent[]
  readonly violation: Violation
  readonly messages: readonly (TracedMessage & { readonly text: string })[]
  readonly conclusions: readonly Conclusion[]
}

/** One line of the diagram, at its time. */
interface Row {
  readonly atMs: number
  readonly kind: 'fault' | 'conclusion' | 'message' | 'violation'
  readonly node: number
  readonly to?: number
  readonly arrivesMs?: number
  readonly text: string
}

/**
 * A message-sequence diagram (Lamport) of what led to a violation: a lifeline for each of the few nodes
 * involved, one row an event, in order of time. It stands alone and follows the reader's colour scheme.
 */
export function sequenceSvg(init: SequenceInit): string {
  const nodes = involved(init)
  const rows = rowsOf(init, nodes)
  const width = LEFT + LANE * nodes.length + RIGHT
  const height = TOP + ROW * rows.length + BOTTOM
  const xOf = (node: number): number => LEFT + LANE * nodes.indexOf(node) + LANE / 2
  const { violation, spec } = init
  const title = `${violation.property} fails at ${seconds(violation.atMs)}: ${violation.what}`
  const subtitle = `${spec.scenario}, ${spec.nodes} nodes, seed ${spec.seed}; beats and ticks are left out`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(`${title}. ${subtitle}`)}</title>`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" class="tip"/></marker></defs>',
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text class="title" x="16" y="26">${escaped(clip(title, width))}</text>`,
    `<text class="dim" x="16" y="46">${escaped(clip(subtitle, width))}</text>`,
    ...nodes.map(node => lifeline(node, xOf(node), height, node === violation.node)),
    ...spansOf(init.schedule, rows, nodes, xOf),
    ...rows.map((row, i) => rowSvg(row, TOP + ROW * i + ROW / 2, xOf, rows[i - 1]?.atMs)),
    '</svg>',
    ''
  ].join('\n')
}

/** Whom it is about, those at fault, those who concluded something; then who spoke with them most. */
function involved({
  violation,
  schedule,
  messages,
  conclusions,
  topology
}: SequenceInit): number[] {
  const weights = new Map<number, number>()
  const add = (node: number, weight: number): void => {
    weights.set(node, (weights.get(node) ?? 0) + weight)
  }
  add(violation.node, 1e9)
  for (const word of violation.what.matchAll(/\d+/g)) {
    const node = Number(word[0])
    if (node < topology.nodes && node !== violation.node && (weights.get(node) ?? 0) < 1e8) {
      if (topology.distance === undefined || topology.distance(node, violation.node) <= 1)
        add(node, 1e6)
    }
  }
  for (const event of schedule) if (event.kind !== 'partition') add(event.node, 1e7)
  for (const { node, about } of conclusions) {
    if (about === violation.node || node === violation.node) {
      add(node, 1e4)
      add(about, 1e4)
    }
  }
  const known = new Set(weights.keys())
  for (const { from, to } of messages) {
    if (known.has(from)) add(to, 1)
    if (known.has(to)) add(from, 1)
  }
  return [...weights]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, LIFELINES_MAX)
    .map(([node]) => node)
    .sort((a, b) => a - b)
}

/** All faults and conclusions first, then the latest messages, as many as there is room for. */
function rowsOf(init: SequenceInit, nodes: readonly number[]): Row[] {
  const { schedule, violation, messages, conclusions } = init
  const shown = new Set(nodes)
  const faults = schedule.flatMap((event): Row[] => {
    if (event.kind === 'partition') {
      const cut = nodes.filter(node => event.side.includes(node))
      const node = cut[0] ?? nodes[0]!
      const side = `{${event.side.slice(0, 6).join(', ')}${event.side.length > 6 ? ', …' : ''}}`
      return [
        { atMs: event.atMs, kind: 'fault', node, text: `${side} cut off` },
        { atMs: event.untilMs, kind: 'fault', node, text: `${side} back` }
      ]
    }
    return shown.has(event.node)
      ? [{ atMs: event.atMs, kind: 'fault', node: event.node, text: faultText(event) }]
      : []
  })
  const last: Row = {
    atMs: violation.atMs,
    kind: 'violation',
    node: shown.has(violation.node) ? violation.node : nodes[0]!,
    text: violation.property
  }
  const concluded = conclusions
    .filter(({ node, atMs }) => shown.has(node) && atMs <= violation.atMs)
    .filter(({ node, about }) => about === violation.node || node === violation.node)
    .map(({ atMs, node, text }): Row => ({ atMs, kind: 'conclusion', node, text }))
    .slice(-Math.floor(ROWS_MAX / 2))
  const told = messages
    .filter(({ from, to }) => shown.has(from) && shown.has(to))
    .map(
      ({ sentTicks, arrivesTicks, from, to, text }): Row => ({
        atMs: sentTicks / TICKS_PER_MS,
        arrivesMs: arrivesTicks / TICKS_PER_MS,
        kind: 'message',
        node: from,
        to,
        text
      })
    )
  const room = Math.max(0, ROWS_MAX - faults.length - concluded.length - 1)
  const fixed = [...faults.slice(-ROWS_MAX), ...concluded]
  return [...fixed, ...nearest(told, fixed, room)].sort((a, b) => a.atMs - b.atMs).concat(last)
}

/** The messages nearest in time before a fault or a conclusion: what it came from. */
function nearest(told: readonly Row[], fixed: readonly Row[], room: number): Row[] {
  const ahead = (row: Row): number =>
    Math.min(
      ...fixed.map(({ atMs }) => (atMs >= row.atMs ? atMs - row.atMs : 2 * (row.atMs - atMs))),
      Number.MAX_SAFE_INTEGER
    )
  // Of a flood's copies each node is shown the first.
  const once = [...new Map(told.toReversed().map(row => [`${row.to} ${row.text}`, row])).values()]
  return once
    .map(row => ({ row, ahead: ahead(row) }))
    .sort((a, b) => a.ahead - b.ahead)
    .slice(0, room)
    .map(({ row }) => row)
}

function faultText(event: Exclude<FaultEvent, { kind: 'partition' }>): string {
  switch (event.kind) {
    case 'crash':
      return event.mode === 'closed' ? 'crashes, closed' : 'crashes, silent'
    case 'restart':
      return `restarts, disk ${event.disk}`
    case 'pause':
      return `stands still ${seconds(event.forMs)}`
    case 'deaf':
      return `deaf for ${seconds(event.forMs)}`
    case 'slow':
      return event.factorPermille > 1_000
        ? `${event.factorPermille / 1_000}× slower`
        : 'at full speed'
    case 'skew':
      return `clock ${event.offsetMs} ms off`
    case 'turn':
      return event.behaviour
    default:
      return event satisfies never
  }
}

function lifeline(node: number, x: number, height: number, isSubject: boolean): string {
  return [
    `<line class="life" x1="${x}" y1="${TOP - 8}" x2="${x}" y2="${height - BOTTOM / 2}"/>`,
    `<rect class="${isSubject ? 'head subject' : 'head'}" x="${x - 34}" y="${TOP - 32}" width="68" height="24" rx="4"/>`,
    `<text class="name" x="${x}" y="${TOP - 15}">node ${node}</text>`
  ].join('')
}

/** A bar on the lifeline while a node is down, still or deaf. */
function spansOf(
  schedule: readonly FaultEvent[],
  rows: readonly Row[],
  nodes: readonly number[],
  xOf: (node: number) => number
): string[] {
  const yOf = (ms: number): number => TOP + ROW * rows.filter(({ atMs }) => atMs < ms).length
  return schedule.flatMap(event => {
    if (event.kind === 'partition' || !nodes.includes(event.node)) return []
    const toMs = endOf(event, schedule)
    if (toMs <= event.atMs) return []
    const y = yOf(event.atMs) + ROW / 2
    const height = Math.max(ROW, yOf(toMs) + ROW / 2 - y)
    return [`<rect class="out" x="${xOf(event.node) - 5}" y="${y}" width="10" height="${height}"/>`]
  })
}

function endOf(event: FaultEvent, schedule: readonly FaultEvent[]): number {
  if (event.kind === 'pause' || event.kind === 'deaf') return event.atMs + event.forMs
  if (event.kind !== 'crash') return 0
  const restart = schedule.find(
    one => one.kind === 'restart' && one.node === event.node && one.atMs > event.atMs
  )
  return restart?.atMs ?? Number.MAX_SAFE_INTEGER
}

function rowSvg(
  row: Row,
  y: number,
  xOf: (node: number) => number,
  beforeMs: number | undefined
): string {
  const time =
    beforeMs === row.atMs
      ? ''
      : `<text class="time" x="${LEFT - 12}" y="${y + 4}">${seconds(row.atMs)}</text>`
  const x = xOf(row.node)
  const label = escaped(row.text.slice(0, LABEL_CHARS_MAX))
  switch (row.kind) {
    case 'message': {
      const end = xOf(row.to!)
      const dip = Math.min(8, 2 + (row.arrivesMs! - row.atMs) / 20)
      const hover = escaped(`${seconds(row.atMs)} to ${seconds(row.arrivesMs!)}: ${row.text}`)
      return `${time}<g><title>${hover}</title><line class="sent" x1="${x}" y1="${y}" x2="${end}" y2="${y + dip}" marker-end="url(#arrow)"/><text class="said" x="${(x + end) / 2}" y="${y - 3}">${label}</text></g>`
    }
    case 'violation':
      return `${time}<line class="break" x1="${LEFT}" y1="${y}" x2="100%" y2="${y}"/><path class="cross" d="M${x - 6} ${y - 6}l12 12m0-12l-12 12"/><text class="broken" x="${x + 12}" y="${y - 5}">${label}</text>`
    case 'fault':
      return `${time}<path class="fault" d="M${x} ${y - 6}l7 12h-14z"/><text class="why" x="${x + 12}" y="${y + 4}">${label}</text>`
    case 'conclusion':
      return `${time}<circle class="dot" cx="${x}" cy="${y}" r="4"/><text class="note" x="${x + 10}" y="${y + 4}">${label}</text>`
    default:
      return row.kind satisfies never
  }
}

/** @returns e.g. `12.345 s` */
function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`
}

function clip(text: string, width: number): string {
  const most = Math.floor((width - 32) / 7.2)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const STYLE = [
  ':root{--paper:#fff;--ink:#1b1f24;--dim:#57606a;--line:#c4cad1;--blue:#0a58ca;--red:#b3261e;--amber:#8a5300;--out:#e6a29d}',
  '@media(prefers-color-scheme:dark){:root{--paper:#0f1318;--ink:#e6e9ed;--dim:#9aa4af;--line:#3a424c;--blue:#7ab4ff;--red:#ff8a80;--amber:#f0b45a;--out:#7a3530}}',
  'text{font:12px ui-sans-serif,system-ui,sans-serif;fill:var(--ink)}',
  '.paper{fill:var(--paper)}.title{font-size:14px;font-weight:600}.dim,.time{fill:var(--dim)}',
  '.time{text-anchor:end;font-size:11px}.name,.said{text-anchor:middle}',
  '.said,.note,.why,.broken{font-size:11px;paint-order:stroke;stroke:var(--paper);stroke-width:3px}',
  '.said{fill:var(--blue)}.why{fill:var(--amber)}.broken{fill:var(--red);font-weight:600}',
  '.life{stroke:var(--line)}.head{fill:var(--paper);stroke:var(--line)}.subject{stroke:var(--red);stroke-width:2}',
  '.sent{stroke:var(--blue)}.tip{fill:var(--blue)}.dot{fill:var(--ink)}.fault{fill:var(--amber)}.out{fill:var(--out)}',
  '.break{stroke:var(--red);stroke-dasharray:5 4}.cross{stroke:var(--red);stroke-width:3}'
].join('')
