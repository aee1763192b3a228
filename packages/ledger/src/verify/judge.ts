import { FaultClass } from '../fault.ts'
import type { Hash } from '../merkle/hash.ts'
import type { Entry } from './entries.ts'

/**
 * A position read twice: by the events and by the tiles. Where the two differ, a signed root has to
 * decide.
 */
export interface Reading {
  /** Leaf hash if the events are right; undefined if nothing tells. */
  readonly events: Hash | undefined
  /** Leaf hash if the tiles are right. */
  readonly tiles: Hash | undefined
  /** What is wrong here for certain. */
  readonly fault?: FaultClass
  /** What is wrong here if the tiles are right; else it is the tile. */
  readonly dispute?: FaultClass
}

/** All evidence about one event that claims its position. */
export interface Evidence {
  readonly entry: Entry
  /** Leaf hash in the tile, if there is one. */
  readonly tile: Hash | undefined
  /** Leaf hash by the link of the event after it, or by the state record if it is the last. */
  readonly link: Hash | undefined
  /** Whether the event after it agrees with its own tile or link, so that its word counts. */
  readonly linkIsSound: boolean
  /** Leaf hashes the event before may have; none if nothing is known of it. */
  readonly before: readonly Hash[]
}

/** Weighs what the event's bytes, its tile and its successor say about it. */
export function judge(evidence: Evidence): Reading {
  const { entry, tile } = evidence
  return tile === undefined ? judgeByChain(evidence) : judgeByTile(entry.leaf, tile, evidence)
}

function judgeByTile(leaf: Hash, tile: Hash, { link, ...evidence }: Evidence): Reading {
  if (leaf === tile) {
    return linksBack(evidence) ? sound(leaf) : { ...sound(leaf), fault: FaultClass.eventForged }
  }
  if (link === tile) return { ...sound(tile), fault: FaultClass.eventDamaged }
  const dispute = link === leaf ? FaultClass.eventForged : FaultClass.eventDamaged
  return { events: leaf, tiles: tile, dispute }
}

function judgeByChain(evidence: Evidence): Reading {
  const { entry, link } = evidence
  const { leaf } = entry
  if (link === undefined || link === leaf) {
    if (linksBack(evidence)) return sound(leaf)
    const fault = link === leaf ? FaultClass.eventForged : FaultClass.eventDamaged
    return { ...sound(leaf), fault }
  }
  if (linksBack(evidence) && !evidence.linkIsSound) return sound(leaf)
  return { ...sound(link), fault: FaultClass.eventDamaged }
}

function linksBack({ entry, before }: Pick<Evidence, 'entry' | 'before'>): boolean {
  return before.length === 0 || before.includes(entry.prev)
}

function sound(leaf: Hash): Reading {
  return { events: leaf, tiles: leaf }
}
