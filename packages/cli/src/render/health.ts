import type { DigestView, HealthView, ReportView } from '@torusmesh/node'
import { standingCell } from './standing.ts'
import type { Style } from './style.ts'
import { type Cell, table } from './table.ts'
import { count, plural, shortHex, span } from './text.ts'

/** Cells shown that are not all well; JSON has all of them. */
const MAX_CELLS = 12

export function healthLines(health: HealthView, nowMs: number, style: Style): string[] {
  const { reportsSent, reportsReceived } = health
  return [
    ...(health.doubtsSelf
      ? [
          style.yellow('This node doubts its own eyes: too many neighbours fell silent at once.'),
          ''
        ]
      : []),
    ...reportLines(health.reports, nowMs, style),
    '',
    ...digestLines(health.digests, style),
    ...uptimeLines(health, style),
    '',
    `${plural(reportsSent, 'report')} sent, ${count(reportsReceived)} received; ${rejectedText(health.rejected)}`
  ]
}

/** `none rejected`, or `3 rejected: 2 replayed, 1 expired` */
export function rejectedText(rejected: Readonly<Record<string, number>>): string {
  const reasons = Object.entries(rejected).filter(([, messages]) => messages > 0)
  if (reasons.length === 0) return 'none rejected'
  const total = reasons.reduce((sum, [, messages]) => sum + messages, 0)
  const parts = reasons.map(([reason, messages]) => `${count(messages)} ${reason}`)
  return `${count(total)} rejected: ${parts.join(', ')}`
}

function reportLines(reports: readonly ReportView[], nowMs: number, style: Style): string[] {
  if (reports.length === 0) return ['no reports yet']
  const rows = reports.map(report => {
    const { cell, member, state, receivedMs, uptimeMs, resources, ledger } = report
    return [
      String(cell),
      shortHex(member),
      standingCell(state, style),
      statusCell(report, style),
      `${span(Math.max(0, nowMs - receivedMs))} ago`,
      span(uptimeMs),
      `${(resources.cpuPermille / 10).toFixed(1)} %`,
      `${count(resources.rssMb)} MB`,
      `${count(resources.loopLagMs)} ms`,
      count(ledger.size)
    ]
  })
  return table(
    ['>cell', 'member', 'state', 'says', 'heard', 'up', '>cpu', '>memory', '>lag', '>ledger'],
    rows,
    style.dim
  )
}

function statusCell({ status, services }: ReportView, style: Style): Cell {
  const failing = services.filter(({ state }) => state !== 'up')
  if (status === 'healthy' && failing.length === 0) return 'healthy'
  const names = failing.map(({ name, state }) => `${name} ${state}`).join(', ')
  return { text: names === '' ? status : `${status}: ${names}`, paint: style.yellow }
}

function digestLines(digests: readonly DigestView[], style: Style): string[] {
  const unwell = digests.filter(({ members, alive, degraded }) => alive < members || degraded > 0)
  if (digests.length === 0) return ['no cell digests yet']
  const known = plural(digests.length, 'cell')
  if (unwell.length === 0) return [`${known} known by digest, all well`]
  const rows = unwell
    .slice(0, MAX_CELLS)
    .map(({ cell, epoch, members, alive, degraded, down, steward }) => [
      ...[cell, epoch, members, alive, degraded, down].map(count),
      shortHex(steward)
    ])
  const titles = ['>cell', '>epoch', '>members', '>alive', '>degraded', '>down', 'signed by']
  const more = unwell.length - rows.length
  return [
    `${known} known by digest, not well:`,
    ...table(titles, rows, style.dim),
    ...(more > 0 ? [`and ${more} more; --json has all`] : [])
  ]
}

/** Witnessed uptime of the newest epoch. */
function uptimeLines({ uptime }: HealthView, style: Style): string[] {
  const epoch = Math.max(...uptime.map(entry => entry.epoch))
  const newest = uptime.filter(entry => entry.epoch === epoch)
  if (newest.length === 0) return []
  const rows = newest.map(({ member, heardS, watchedS, witnesses }) => [
    shortHex(member),
    `${watchedS === 0 ? 0 : Math.floor((100 * heardS) / watchedS)} %`,
    span(watchedS * 1_000),
    String(witnesses)
  ])
  return [
    '',
    `witnessed uptime in epoch ${epoch}:`,
    ...table(['member', '>heard', 'of', '>witnesses'], rows, style.dim)
  ]
}
