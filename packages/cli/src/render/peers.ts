import type { LinkView, MemberView } from '@torusmesh/node'
import { ROLES, standingCell } from './standing.ts'
import type { Style } from './style.ts'
import { table } from './table.ts'
import { cellName, shortHex, shortPeer, span } from './text.ts'

export function linkLines(links: readonly LinkView[], nowMs: number, style: Style): string[] {
  if (links.length === 0) return ['no links yet']
  const rows = links
    .toSorted((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.cell - b.cell)
    .map(({ role, cell, member, peer, state, openedMs, score }) => [
      role,
      String(cell),
      standingCell(state, style),
      shortHex(member),
      shortPeer(peer),
      span(nowMs - openedMs),
      score.toFixed(1)
    ])
  return table(['link', '>cell', 'state', 'member', 'peer', 'open for', '>score'], rows, style.dim)
}

export function memberLines(members: readonly MemberView[], style: Style): string[] {
  const rows = members
    .toSorted((a, b) => a.cell - b.cell)
    .map(({ cell, coordinates, member, peer, standing, self, linked }) => [
      cellName(cell, coordinates),
      standingCell(standing, style),
      shortHex(member),
      shortPeer(peer),
      self ? 'this node' : linked ? 'linked' : ''
    ])
  return table(['cell', 'state', 'member', 'peer', ''], rows, style.dim)
}
