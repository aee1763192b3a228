import type { DemoSummary } from '@torusmesh/node'
import { rejectedText } from './health.ts'
import type { Style } from './style.ts'
import { pairs } from './table.ts'
import { count, plural, seconds } from './text.ts'

/** What a demo says in the end. */
export function summaryLines(summary: DemoSummary, style: Style): string[] {
  const { nodes, cells, transport, wiredMs, rssMb, suites, reports, ledger } = summary
  return pairs(
    [
      [
        'mesh',
        `${plural(nodes, 'host')} in ${plural(cells, 'cell')} over ${transport}, wired in ${seconds(wiredMs)}, ${count(rssMb)} MB`
      ],
      [
        'signed',
        `identity ${suites.identity}, reports ${suites.report}, checkpoints ${suites.checkpoint}`
      ],
      [
        'reports',
        `${count(reports.sent)} sent, ${count(reports.delivered)} delivered, ${count(reports.verified)} verified, ${rejectedText(reports.rejected)}`
      ],
      ['broadcast', broadcastText(summary)],
      ['failures', failuresText(summary)],
      [
        'ledgers',
        ledger.verified
          ? `${plural(ledger.events, 'event')}, ${plural(ledger.checkpoints, 'checkpoint')}, all verified`
          : {
              text: `${plural(ledger.events, 'event')}, NOT verified: keep them with --home and run ledger verify`,
              paint: style.red
            }
      ]
    ],
    style.dim
  )
}

function broadcastText({ broadcast }: DemoSummary): string {
  const { reach, p50Ms, p99Ms, copiesPerNode } = broadcast
  if (p50Ms < 0) return 'not measured'
  return `reached ${plural(reach, 'other host')} in ${p50Ms} ms (median), ${p99Ms} ms (p99), ${copiesPerNode} copies each`
}

function failuresText({ failures }: DemoSummary): string {
  const { killed, detectedP50Ms, detectedP99Ms, falseRemovals } = failures
  const falsely = falseRemovals === 0 ? 'nobody' : plural(falseRemovals, 'host')
  const called = `${falsely} called down falsely`
  if (killed === 0) return called
  if (detectedP99Ms < 0) return `${killed} killed, not known to every host in time; ${called}`
  return `${killed} killed, known in ${seconds(detectedP50Ms)} (median), ${seconds(detectedP99Ms)} (p99); ${called}`
}
