import { linkClosed as linkClosedEvent, linkOpened as linkOpenedEvent } from '@torusmesh/ledger'
import { bytesToHex } from '@torusmesh/protocol'
import type { DatagramOffers, Frame } from './link/frame.ts'
import type { Link } from './link/link.ts'
import type { NodeParts } from './node.ts'
import type { Member } from './overlay/directory.ts'
import { roleOf } from './overlay/positions.ts'
import type { Statements } from './runtime/statements.ts'

/**
 * A peer's first frame: its record must be good, and bound to the key this connection proved.
 * Newcomers are made known to everybody linked, once.
 */
export async function admitPeer(
  parts: NodeParts,
  record: Uint8Array,
  peer: string
): Promise<Member | undefined> {
  const member = await admitRecord(parts, record, peer)
  if (member === undefined) return undefined
  const isShutOut = parts.council.isQuarantined(member.key)
  if (member.peer !== peer || isShutOut) {
    parts.context.onReject('not-member', peer)
    return undefined
  }
  return member.key === parts.self.key ? undefined : member
}

/** Takes a record in from wherever it came; a new member is passed on over every link. */
export async function admitRecord(
  parts: NodeParts,
  record: Uint8Array,
  from: string
): Promise<Member | undefined> {
  const admitted = await parts.admission.admit(record)
  if (!admitted.ok) {
    parts.context.onReject(admitted.code, from)
    return undefined
  }
  if (admitted.change === 'new') {
    for (const link of parts.links.links.values()) {
      if (link.member.key !== admitted.member.key) link.send({ record })
    }
    parts.context.background('keep records', () => parts.home.saveRecords(enrolledRecords(parts)))
    parts.overlay.review()
  }
  return admitted.member
}

function enrolledRecords({ directory, charter }: NodeParts): Uint8Array[] {
  const records: Uint8Array[] = []
  for (const member of directory.members()) {
    const record = directory.record(member.key)
    if (record !== undefined && !charter.founders.byKey.has(member.key)) records.push(record.bytes)
  }
  return records
}

/** A link opened: it goes to the ledger, and the other end hears of what it may have missed. */
export function linkOpened(
  { context, directory, ...parts }: NodeParts,
  link: Link,
  offers: DatagramOffers
): void {
  const { key, cell } = link.member
  const role = roleOf(directory, link.member)
  context.background('record link', async () => {
    const kind = role === 'mate' ? 'cell-mate' : role
    await context.journal.record(linkOpenedEvent, { peer: key, cell, kind })
  })
  context.beats.opened(link, offers)
  parts.watcher.linkOpened(link)
  parts.tidings.linkOpened(link)
  parts.digests.linkOpened(link)
}

export function linkClosed({ context, digests, watcher }: NodeParts, link: Link): void {
  context.background('record link', async () => {
    await context.journal.record(linkClosedEvent, {
      peer: link.member.key,
      why: 'its stream ended'
    })
  })
  context.beats.closed(link)
  digests.linkClosed(link)
  watcher.linkClosed(link)
}

/** Everything a link carries after the greeting. */
export function receiveFrame(
  parts: NodeParts,
  statements: Statements,
  link: Link,
  frame: Frame
): void {
  const { context, watcher, digests } = parts
  const { record, statement, notice } = frame
  if (statement != null) {
    context.background('ball cast', () => statements.ballCast(link, statement))
  } else if (notice != null) {
    context.background('notice', () => statements.notice(link, notice))
  } else if (record != null) {
    context.background('record', async () => {
      await admitRecord(parts, record, link.member.peer)
    })
  } else if (frame.digests != null) digests.received(link, frame.digests)
  else if (frame.tidings != null) parts.tidings.received(link, frame.tidings)
  else watcher.frame(link, frame)
}

/** A member that can't be reached where its record says may have moved: asks those near it. */
export async function lookUp(parts: NodeParts, member: Member): Promise<void> {
  const { links, directory, ask } = parts
  const distance = (link: Link): number => directory.torus.distance(link.member.cell, member.cell)
  const nearest = [...links.links.values()].sort((a, b) => distance(a) - distance(b))[0]
  if (nearest === undefined) return
  for (const record of await ask(nearest.member, { member: member.id })) {
    await admitRecord(parts, record, nearest.member.peer)
  }
}

/** Who passed on a statement of a member unknown here can name the member. */
export async function fetchRecord(
  parts: NodeParts,
  sender: Uint8Array,
  from: string
): Promise<void> {
  const peer = parts.directory.byPeer(from)
  if (peer !== undefined) await parts.fetcher.want(bytesToHex(sender), sender, peer)
}
