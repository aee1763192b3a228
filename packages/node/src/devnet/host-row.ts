import type { MeshNode } from '../node.ts'

/** One line of the live table. */
export interface HostRow {
  name: string
  cell: number
  coordinates: number[]
  peer: string
  state: 'up' | 'doubting' | 'killed'
  /** How many others this host knows to be down. */
  knowsDown: number
  linksUp: number
  linksWanted: number
  reportsIn: number
  reportsOut: number
  rejected: number
  ledgerSize: number
  ledgerRoot: string
}

export function rowOf(name: string, { parts }: MeshNode, isKilled: boolean): HostRow {
  const { charter, self, links, overlay, reporter, rejected, ledger, watcher, directory } = parts
  let dropped = 0
  for (const count of rejected.values()) dropped += count
  const head = ledger.head()
  return {
    name,
    cell: self.cell,
    coordinates: charter.torus.coordsOf(self.cell),
    peer: self.peer,
    state: isKilled ? 'killed' : watcher.doubtsSelf ? 'doubting' : 'up',
    knowsDown: directory.countStanding('down'),
    linksUp: links.links.size,
    linksWanted: overlay.wanted.length,
    reportsIn: reporter.receivedCount,
    reportsOut: reporter.sent,
    rejected: dropped,
    ledgerSize: head.size,
    ledgerRoot: Buffer.from(head.root).toString('hex')
  }
}
