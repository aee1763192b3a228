import type { LongLinks } from '@torusmesh/torus'
import type { Directory, Member } from './directory.ts'

/** Why two members are linked. Follows from their cells alone, so both ends agree on it. */
export type LinkRole = 'neighbour' | 'mate' | 'long'

export interface WantedLink {
  readonly member: Member
  readonly role: LinkRole
}

/** Members of the own cell to link with, in the order of the ring of member ids. */
export const MAX_MATES = 4

export function roleOf(directory: Directory, member: Member): LinkRole {
  const own = directory.self.cell
  if (member.cell === own) return 'mate'
  const adjacent = directory.neighbourCells(own).includes(member.cell)
  return adjacent ? 'neighbour' : 'long'
}

/** Which links this node should have, most important first. */
export function wantedLinks(directory: Directory, longLinks: LongLinks): WantedLink[] {
  const { self } = directory
  const wanted = new Map<string, WantedLink>()
  const want = (member: Member | undefined, role: LinkRole): void => {
    if (member === undefined || member.key === self.key || wanted.has(member.key)) return
    wanted.set(member.key, { member, role })
  }
  for (const cell of directory.neighbourCells(self.cell)) {
    want(partnerIn(directory, cell), 'neighbour')
  }
  for (const mate of matesOf(directory)) want(mate, 'mate')
  const hostOf = (cell: number): number => directory.takeover().hostOf(cell)
  for (const cell of [longLinks.dials[self.cell]!, longLinks.accepts[self.cell]!]) {
    want(partnerIn(directory, hostOf(cell)), 'long')
  }
  return [...wanted.values()]
}

/**
 * Whom this node pairs with in another cell: the member whose id is nearest to its own by XOR.
 * Rendezvous keeps the pairing stable when members come and go, and spreads it over the cell.
 */
function partnerIn(directory: Directory, cell: number): Member | undefined {
  let best: Member | undefined
  for (const member of directory.liveIn(cell)) {
    if (best === undefined || isNearer(directory.self.id, member.id, best.id)) best = member
  }
  return best
}

function isNearer(target: Uint8Array, a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < target.length; i++) {
    const toA = target[i]! ^ a[i]!
    const toB = target[i]! ^ b[i]!
    if (toA !== toB) return toA < toB
  }
  return false
}

/** The next members of the own cell on the ring of ids; a ring of two steps each way is connected. */
function matesOf(directory: Directory): Member[] {
  const { self } = directory
  const ring = directory.liveIn(self.cell).sort((a, b) => (a.key < b.key ? -1 : 1))
  const at = ring.findIndex(member => member.key === self.key)
  if (at < 0) return ring.slice(0, MAX_MATES)
  const mates: Member[] = []
  for (let step = 1; mates.length < MAX_MATES && step <= ring.length; step++) {
    for (const index of [at + step, at - step]) {
      const mate = ring[(index + ring.length * 2) % ring.length]!
      if (mate.key !== self.key && !mates.includes(mate)) mates.push(mate)
    }
  }
  return mates.slice(0, MAX_MATES)
}
