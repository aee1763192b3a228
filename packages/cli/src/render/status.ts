import type { LedgerView, LinkView, MeshView, Readiness } from '@torusmesh/node'
import { ROLES, standingCounts } from './standing.ts'
import type { Style } from './style.ts'
import { type Cell, pairs } from './table.ts'
import { cellName, count, plural, shortHex, span, torusName } from './text.ts'

/** What `status --json` prints. */
export interface Status extends Readiness {
  readonly api: string
  readonly mesh: MeshView
  readonly ledger: LedgerView
}

export function statusLines(status: Status, nowMs: number, style: Style): string[] {
  const { api, mesh, ledger } = status
  const { self, suites } = mesh
  const cells = `${count(mesh.occupiedCells)} of ${plural(mesh.cells, 'cell')} occupied`
  return pairs(
    [
      ['mesh', `${mesh.network} (${mesh.env}), ${torusName(mesh.sides)}, ${cells}`],
      ['node', `${self.member}, up ${span(nowMs - self.startedMs)}`],
      ['cell', cellName(self.cell, self.coordinates)],
      ['peer', self.peer],
      ...self.addresses.map((address): [string, Cell] => ['address', address]),
      ['api', api],
      ['ready', readyCell(status, style)],
      ['members', standingCounts(mesh.standings)],
      ['links', linkCounts(mesh.links)],
      ['ledger', ledgerCell(ledger, style)],
      [
        'signed',
        `identity ${suites.identity}, reports ${suites.report}, checkpoints ${suites.checkpoint}`
      ]
    ],
    style.dim
  )
}

/** One line for a node that runs in the foreground. */
export function statusLine(mesh: MeshView, ledger: LedgerView, ready: Readiness): string {
  const state = ready.ready ? 'ready' : `waits for ${ready.waitingFor.join(', ')}`
  const events = plural(ledger.size, 'ledger event')
  const readOnly = ledger.readOnly ? ' (read-only, see torusmesh ledger verify)' : ''
  const members = standingCounts(mesh.standings)
  return `${state}; members ${members}; ${plural(mesh.links.length, 'link')}; ${events}${readOnly}`
}

function readyCell({ ready, waitingFor }: Readiness, style: Style): Cell {
  if (ready) return { text: 'yes', paint: style.green }
  return { text: `no, waits for ${waitingFor.join(', ')}`, paint: style.yellow }
}

function linkCounts(links: readonly LinkView[]): string {
  const parts = ROLES.flatMap(role => {
    const those = links.filter(link => link.role === role)
    return those.length > 0 ? [`${those.length} ${role}`] : []
  })
  return parts.length === 0 ? '0' : `${links.length}: ${parts.join(', ')}`
}

function ledgerCell(
  { size, root, lastCheckpointSize, readOnly, faults }: LedgerView,
  style: Style
): Cell {
  const text = `${plural(size, 'event')}, root ${shortHex(root)}, signed up to ${count(lastCheckpointSize)}`
  if (!readOnly) return text
  const found = faults.map(({ fault, seq }) => `${fault} at event ${seq}`).join(', ')
  return { text: `${text}; READ-ONLY${found === '' ? '' : `: ${found}`}`, paint: style.red }
}
