import { FaultClass as Fault, type FaultClass } from '../fault.ts'
import { tileKey } from '../keys.ts'
import { BUNDLE_EVENTS } from '../limits.ts'
import { HASH_BYTES, type Hash, hashAt } from '../merkle/hash.ts'
import { align } from './align.ts'
import { type Entry, parseEntries } from './entries.ts'
import { judge, type Reading } from './judge.ts'
import type { Loader } from './load.ts'

/** A bundle that is not what it should be. */
export interface BadBundle {
  readonly index: number
  /** Events it should hold. */
  readonly length: number
  readonly entries: Buffer | undefined
  readonly tile: Buffer | undefined
  /** Leaf hashes the event before the bundle may have; none if nothing is known of it. */
  readonly before: readonly Hash[]
  /** Leaf hash of the log's last event, by the state record. */
  readonly head: { readonly seq: number; readonly leaf: Hash } | undefined
}

/** A position's reading, and in words what is wrong with it, if anything is. */
export interface Finding {
  readonly reading: Reading
  readonly detail: string
}

const DETAILS: Partial<Record<FaultClass, string>> = {
  [Fault.eventDamaged]: 'its bytes do not hash to what the log has',
  [Fault.eventForged]: 'it is in the tree, but does not link to the event before'
}

/** Most entries read from a damaged bundle. */
const MAX_ENTRIES: number = 2 * BUNDLE_EVENTS

/** Other bundles looked into for the events that stand in this one. */
const MAX_FOREIGN_BUNDLES = 4

/**
 * Says of each position of a bad bundle what is there; a last finding past them is of entries too
 * many.
 */
export async function diagnose(bundle: BadBundle, loader: Loader): Promise<Finding[]> {
  const { index, length, tile } = bundle
  const base = index * BUNDLE_EVENTS
  const entries = parseEntries(bundle.entries ?? Buffer.alloc(0), MAX_ENTRIES)
  const next = parseEntries((await loader.bundle(index + 1)) ?? Buffer.alloc(0), MAX_ENTRIES)
  const foreign = await lookUpForeign(bundle, entries, loader)
  const ends = (await loader.nextEvent(index + 1)) === Infinity
  const known = [...entries, ...next]
  const { slots, misplaced } = align(entries, base, length, {
    isGenuine: entry =>
      foreign.genuine.has(entry) ||
      leavesOf(entry.seq, bundle, known).includes(entry.leaf) ||
      entries.some(other => other !== entry && other.leaf === entry.leaf),
    isInPlace: seq => foreign.inPlace.has(seq)
  })
  const last = slots.findLastIndex(slot => slot !== undefined)
  const around = [...slots, ...next]
  const findings: Finding[] = []
  let before = bundle.before
  for (const [i, entry] of slots.entries()) {
    const wrong = misplaced.find(({ seq }) => seq === base + i)
    const link = around[i + 1]?.prev ?? headAt(bundle, base + i)
    const hash = hashIn(tile, i) ?? link
    let reading: Reading = { events: hash, tiles: hash }
    if (entry !== undefined) {
      const after = around[i + 1]
      const confirmed = [hashIn(tile, i + 1), around[i + 2]?.prev, headAt(bundle, base + i + 1)]
      const linkIsSound = after === undefined || confirmed.includes(after.leaf)
      reading = judge({ entry, tile: hashIn(tile, i), link, linkIsSound, before })
    }
    const isTail = ends && i > last && wrong?.fault === Fault.eventMissing
    const fault = isTail ? Fault.logTruncated : (wrong?.fault ?? reading.fault)
    if (fault !== undefined) reading = { ...reading, fault }
    findings.push({ reading, detail: wrong?.detail ?? DETAILS[fault ?? Fault.eventDamaged] ?? '' })
    before = [reading.events, reading.tiles].filter(leaf => leaf !== undefined)
  }
  const surplus = misplaced.find(({ seq }) => seq === base + length)
  if (surplus !== undefined) {
    const reading = { events: undefined, tiles: undefined, fault: surplus.fault }
    findings.push({ reading, detail: surplus.detail })
  }
  return findings
}

/** Hash at `position` of a tile. */
function hashIn(tile: Buffer | undefined, position: number): Hash | undefined {
  const at = position * HASH_BYTES
  return position < BUNDLE_EVENTS && tile !== undefined && tile.length >= at + HASH_BYTES
    ? hashAt(tile, at)
    : undefined
}

function headAt({ head }: Pick<BadBundle, 'head'>, seq: number): Hash | undefined {
  return head?.seq === seq ? head.leaf : undefined
}

/** Leaf hashes that tile, links and state record give event `seq`, if it is of this bundle. */
function leavesOf(
  seq: number,
  bundle: Pick<BadBundle, 'index' | 'tile' | 'head'>,
  entries: readonly Entry[]
): Array<Hash | undefined> {
  const position = seq - bundle.index * BUNDLE_EVENTS
  if (position < 0 || position >= BUNDLE_EVENTS) return []
  const links = entries.filter(entry => entry.seq === seq + 1).map(entry => entry.prev)
  return [hashIn(bundle.tile, position), headAt(bundle, seq), ...links]
}

/** Which entries are events of other bundles, and which of those are in place there as well. */
async function lookUpForeign(
  { index, length, head }: BadBundle,
  entries: readonly Entry[],
  loader: Loader
): Promise<{ genuine: Set<Entry>; inPlace: Set<number> }> {
  const genuine = new Set<Entry>()
  const inPlace = new Set<number>()
  const base = index * BUNDLE_EVENTS
  const foreign = entries.filter(({ seq }) => seq >= 0 && (seq < base || seq >= base + length))
  const homes = new Set(foreign.map(({ seq }) => Math.floor(seq / BUNDLE_EVENTS)))
  for (const home of [...homes].slice(0, MAX_FOREIGN_BUNDLES)) {
    const tile = await loader.get(tileKey(0, home))
    const held = parseEntries((await loader.bundle(home)) ?? Buffer.alloc(0), MAX_ENTRIES)
    const known = [...held, ...entries]
    for (const entry of foreign.filter(({ seq }) => Math.floor(seq / BUNDLE_EVENTS) === home)) {
      const leaves = leavesOf(entry.seq, { index: home, tile, head }, known)
      const stands = home !== index && held[entry.seq % BUNDLE_EVENTS]?.leaf === entry.leaf
      if (stands) inPlace.add(entry.seq)
      if (stands || leaves.includes(entry.leaf)) genuine.add(entry)
    }
  }
  return { genuine, inPlace }
}
