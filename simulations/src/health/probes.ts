import type { Links } from './links.ts'
import { firstOf, Kind, legOf, packProbe, slotOfProbe, wordOf } from './words.ts'

/** Ways a probe takes at once. */
const PROBE_WAYS = 3
/** Legs from the asker to the peer: two helpers between them. */
const LEGS = 3

/** Asks for the peer in `slot` over the links whose other ends are nearest to it. */
export function askAround(links: Links, first: number, local: number, slot: number): void {
  const member = links.peer(local, slot)
  let taken = 1 << slot
  for (let way = 0; way < PROBE_WAYS; way++) {
    const link = nearest(links, first + local, member, taken)
    if (link < 0) return
    taken |= 1 << link
    links.send(local, link, wordOf(Kind.probe, packProbe(1, slot, link)), first + local, 0)
  }
}

/**
 * Passes a probe on. Returns whether it has arrived at the peer asked for, who is to answer by
 * {@link answer}; nobody else does, neighbours who answered from memory would vouch for each other's.
 */
export function passOn(
  links: Links,
  first: number,
  local: number,
  detail: number,
  asker: number,
  from: number
): boolean {
  const slot = slotOfProbe(detail)
  const member = links.peerOfAny(asker, slot)
  if (member === first + local) return true
  const leg = legOf(detail)
  if (leg === LEGS) return false
  const link = nearest(links, first + local, member, 1 << from)
  if (link < 0) return false
  const next = packProbe(leg + 1, slot, firstOf(detail))
  links.send(local, link, wordOf(Kind.probe, next), asker, 0)
  return false
}

/** The peer asked for answers, over the link by which it was asked. */
export function answer(
  links: Links,
  local: number,
  detail: number,
  asker: number,
  from: number,
  incarnation: number
): void {
  const back = packProbe(legOf(detail) - 1, slotOfProbe(detail), firstOf(detail))
  links.send(local, from, wordOf(Kind.reply, back), asker, incarnation)
}

/** Passes an answer back. Returns the asker's slot of the peer that answered, when it has arrived. */
export function passBack(
  links: Links,
  first: number,
  local: number,
  detail: number,
  asker: number,
  incarnation: number
): number {
  if (asker === first + local) return slotOfProbe(detail)
  const leg = legOf(detail)
  const helper = links.peerOfAny(asker, firstOf(detail))
  const towards = leg === 2 ? helper : asker
  const link = links.linkTo(local, towards)
  if (link < 0) return -1
  const back = packProbe(leg - 1, slotOfProbe(detail), firstOf(detail))
  links.send(local, link, wordOf(Kind.reply, back), asker, incarnation)
  return -1
}

/** The first link not in `taken` whose other end is nearest to `member`, or -1. */
function nearest(links: Links, node: number, member: number, taken: number): number {
  let best = -1
  let bestHops = Number.POSITIVE_INFINITY
  for (let link = 0; link < links.degree; link++) {
    if (((taken >>> link) & 1) === 1) continue
    const peer = links.peerOfAny(node, link)
    if (peer < 0) continue
    const hops = links.distance(peer, member)
    if (hops >= bestHops) continue
    best = link
    bestHops = hops
  }
  return best
}
